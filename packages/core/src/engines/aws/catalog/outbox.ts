import { randomUUID } from 'node:crypto';
import type { EventDraft, EventRecord, WaitingEvent } from '../../../events/index.js';
import type { Instant } from '../../../model.js';
import type { Page } from '../../../ports/index.js';
import { put, remove, type Action } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { expr } from './expressions.js';
import { EVENTS, outboxOf, padded, SEQUENCE, type Key } from './keys.js';
import { allRepositoryNames } from './repositories.js';

/** What a transaction of one repository tells, in one item. */
interface OutboxItem extends Key {
  readonly at: Instant;
  /** JSON of {@link StoredEvent}s. */
  readonly events: string;
  readonly count: number;
}

type StoredEvent = EventDraft & { readonly id: string };

/** Adds the events to the outbox of the repository, within the transaction that they tell of. */
export function emit(repository: string, tick: number, at: Instant, drafts: readonly EventDraft[]): Action[] {
  if (drafts.length === 0) return [];
  const events: StoredEvent[] = drafts.map((draft) => ({ id: randomUUID(), ...draft }));
  const key = { pk: outboxOf(repository), sk: `${padded(tick)}#${randomUUID()}` };
  return [put(key, { at, events: JSON.stringify(events), count: events.length })];
}

/** How many outbox items are numbered in one transaction: each takes two actions, and the counter one. */
const NUMBERED_AT_ONCE = 49;

/**
 * The events after a number, in order.
 *
 * Events get their numbers when somebody reads: so no writer waits for a common counter, and a reader that has passed a
 * number never misses an event whose transaction was slower.
 */
export async function readEvents(context: Context, page: Page<number>): Promise<EventRecord[]> {
  for (const repository of await allRepositoryNames(context)) await giveNumbers(context, repository);
  return numberedEvents(context, page);
}

/** The same of those that have a number. Only reads. */
export async function numberedEvents(context: Context, page: Page<number>): Promise<EventRecord[]> {
  const after = page.after ?? 0;
  const events: EventRecord[] = [];
  const range = context.table.range<OutboxItem & { last: number }>(EVENTS, { after: padded(after) });
  for await (const item of range) {
    events.push(...numbered(context, item).filter(({ sequence }) => sequence > after));
    if (events.length >= page.limit) break;
  }
  return events.slice(0, page.limit);
}

/** The events that wait for a number, by the instants that they were written at. Only reads. */
export async function waitingEvents(context: Context): Promise<WaitingEvent[]> {
  const events: WaitingEvent[] = [];
  for (const repository of await allRepositoryNames(context)) {
    const items = context.table.range<OutboxItem>(outboxOf(repository));
    for await (const item of items) events.push(...told(context, item));
  }
  // What has the same instant stays in its repository's order.
  return events.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}

function numbered(context: Context, item: OutboxItem & { last: number }): EventRecord[] {
  return told(context, item).map((event, i) => ({ sequence: item.last - item.count + 1 + i, ...event }));
}

function told({ identity }: Context, item: OutboxItem): WaitingEvent[] {
  return (JSON.parse(item.events) as StoredEvent[]).map(({ id, type, resources, detail }) => ({
    version: '0',
    id,
    'detail-type': type,
    source: 'holdfast',
    account: identity.account,
    time: item.at,
    region: identity.region,
    resources,
    detail,
  }));
}

async function giveNumbers(context: Context, repository: string): Promise<void> {
  while (await carryOut(context, () => planNumbers(context, repository)));
}

/** Numbers for what waits first; the result says whether more may wait. */
async function planNumbers(context: Context, repository: string): Promise<Plan<boolean>> {
  const waiting = await firstWaiting(context, repository);
  if (waiting.length === 0) return { actions: [], result: false };
  const counter = await context.table.get<{ last: number }>(SEQUENCE);
  return { actions: numberingOf(waiting, counter?.last ?? 0), result: waiting.length === NUMBERED_AT_ONCE };
}

/**
 * The first items of an outbox, without a gap. One look reads them one after the other, and so could pass a place, and then
 * meet a later item whose cause was written there meanwhile; a second look at the same range sees it.
 */
async function firstWaiting(context: Context, repository: string): Promise<readonly OutboxItem[]> {
  const look = async (upTo?: string): Promise<OutboxItem[]> => {
    const items: OutboxItem[] = [];
    const options = { page: NUMBERED_AT_ONCE, ...(upTo === undefined ? {} : { upTo }) };
    for await (const item of context.table.range<OutboxItem>(outboxOf(repository), options)) {
      items.push(item);
      if (items.length === NUMBERED_AT_ONCE) break;
    }
    return items;
  };
  let items = await look();
  for (;;) {
    const last = items.at(-1);
    if (last === undefined) return items;
    const again = await look(last.sk);
    if (again.map(({ sk }) => sk).join() === items.map(({ sk }) => sk).join()) return items;
    items = again;
  }
}

function numberingOf(waiting: readonly OutboxItem[], before: number): Action[] {
  let last = before;
  const moves = waiting.flatMap(({ pk, sk, at, events, count }) => {
    last += count;
    return [
      remove({ pk, sk }, expr`attribute_exists(#pk)`),
      put({ pk: EVENTS, sk: padded(last) }, { at, events, count, last }),
    ];
  });
  const unchanged = before === 0 ? expr`attribute_not_exists(#last)` : expr`#last = ${before}`;
  return [put(SEQUENCE, { last }, unchanged), ...moves];
}
