import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../errors.js';
import type { EventRecord } from '../events/index.js';
import type { Engine, EventBus } from '../ports/index.js';

export interface RelayReport {
  /** How many events the bus acknowledged. */
  readonly sent: number;
  /** The number of the last event up to which all are acknowledged, now or before. */
  readonly upTo: number;
}

/** Waits; tests give their own. */
export type Pause = (ms: number) => Promise<unknown>;

/** How many events are read and kept in memory at once. */
const WINDOW = 500;

/** How often in a row nothing at all may be acknowledged. */
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends the outbox to the event bus, from where the last relay got to.
 *
 * At least once: an event is marked as sent after the bus acknowledged it, so a kill in between sends it again. Ordered per
 * artifact: an event is sent only when those before it of the same artifact are acknowledged. Throws `unavailable` when the
 * bus takes no more; then what is left waits in the outbox for the next relay. Throws `unsupported` for a store without a bus.
 */
export async function relayEvents(
  { url, bus, catalog }: Pick<Engine, 'url' | 'bus' | 'catalog'>,
  pause: Pause = sleep,
): Promise<RelayReport> {
  if (bus === undefined) {
    throw new HoldfastError('unsupported', `a ${url.split(':')[0]}: store has no event bus`, {
      hint: 'Read its events with: holdfast events --after <number> --json',
    });
  }
  let upTo = await bus.sentUpTo();
  let sent = 0;
  for (;;) {
    const events = await catalog.readEvents({ after: upTo, limit: WINDOW });
    const last = events.at(-1);
    if (last === undefined) return { sent, upTo };
    await sendAll(bus, events, pause);
    sent += events.length;
    upTo = last.sequence;
  }
}

/** Sends events in waves, each with the first of every artifact that is not acknowledged yet. */
async function sendAll(bus: EventBus, events: readonly EventRecord[], pause: Pause): Promise<void> {
  let waiting = events;
  for (let failed = 0; waiting.length > 0;) {
    const wave = firstOfEachArtifact(waiting);
    const outcomes = await bus.send(wave);
    const acknowledged = new Set(wave.filter((_, i) => outcomes[i] === undefined));
    const before = waiting[0]!.sequence;
    waiting = waiting.filter((event) => !acknowledged.has(event));
    const upTo = waiting[0] === undefined ? events.at(-1)!.sequence : waiting[0].sequence - 1;
    if (upTo >= before) await bus.markSent(upTo);
    failed = acknowledged.size === 0 ? failed + 1 : 0;
    if (failed === MAX_ATTEMPTS) throw refused(waiting, outcomes);
    if (failed > 0) {
      await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed));
    }
  }
}

function firstOfEachArtifact(events: readonly EventRecord[]): EventRecord[] {
  const first = new Map<string, EventRecord>();
  for (const event of events) {
    const artifact = `${String(event.detail['repository'])}:${String(event.detail['id'])}`;
    if (!first.has(artifact)) first.set(artifact, event);
  }
  return [...first.values()];
}

function refused(waiting: readonly EventRecord[], outcomes: readonly (string | undefined)[]): HoldfastError {
  const why = outcomes.find((outcome) => outcome !== undefined);
  const { sequence } = waiting[0]!;
  return new HoldfastError(
    'unavailable',
    `the event bus took no event from number ${sequence} on, ${MAX_ATTEMPTS} times: ${why}`,
    { hint: 'No event is lost. Send them later with: holdfast events --relay' },
  );
}
