import type { EventRecord, WaitingEvent } from '../events/index.js';
import type { Page } from './catalog.js';

/** The outbox: every change and its events are one step. */
export interface EventCatalog {
  /** The outbox in order. Where events get their numbers when somebody reads, whoever may not write is refused as soon as one waits. */
  readEvents(page: Page<number>): Promise<readonly EventRecord[]>;
  /** Those that have a number, in order, without giving any: where {@link readEvents} does that. */
  numberedEvents?(page: Page<number>): Promise<readonly EventRecord[]>;
  /** Those that have none, each artifact's in their order. */
  waitingEvents?(): Promise<readonly WaitingEvent[]>;
}
