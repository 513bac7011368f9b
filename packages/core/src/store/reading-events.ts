import { isHoldfastError } from '../errors.js';
import type { EventRecord, WaitingEvent } from '../events/index.js';
import type { EventCatalog } from '../ports/index.js';
import { PAGE_SIZE, pagesOf } from './pages.js';

const sequenceOf = ({ sequence }: EventRecord): number => sequence;

/**
 * The outbox in order, from after a number. To those who may not give numbers, events that wait for one come last, without it.
 */
export async function* readOutbox(
  catalog: EventCatalog,
  after?: number,
): AsyncGenerator<EventRecord | WaitingEvent> {
  let first: readonly EventRecord[];
  try {
    first = await catalog.readEvents({ ...(after === undefined ? {} : { after }), limit: PAGE_SIZE });
  } catch (error) {
    if (!isHoldfastError(error) || error.code !== 'access-denied') throw error;
    if (catalog.waitingEvents === undefined) throw error;
    yield* readOnly(catalog, after);
    return;
  }
  yield* first;
  if (first.length < PAGE_SIZE) return;
  yield* pagesOf((page) => catalog.readEvents(page), sequenceOf, sequenceOf(first.at(-1)!));
}

async function* readOnly(
  catalog: EventCatalog,
  after: number | undefined,
): AsyncGenerator<EventRecord | WaitingEvent> {
  // Read before the others: an event that gets its number meanwhile is found twice rather than never.
  const waiting = await catalog.waitingEvents!();
  const told = new Set<string>();
  for await (const event of pagesOf((page) => catalog.numberedEvents!(page), sequenceOf, after)) {
    told.add(event.id);
    yield event;
  }
  yield* waiting.filter(({ id }) => !told.has(id));
}
