import type { EventRecord } from '../events/index.js';

/** Where the events of the outbox are told to whoever subscribes. */
export interface EventBus {
  /**
   * Tells events, in whatever order. The answer has for each event, in the order given, nothing when the bus acknowledged it, and
   * else why it did not; such an event may have arrived all the same. Throws `access-denied` when it was refused.
   */
  send(events: readonly EventRecord[]): Promise<readonly (string | undefined)[]>;
  /** The number up to which all events are known to be acknowledged; 0 at first. */
  sentUpTo(): Promise<number>;
  /** Remembers that. A lower number than is remembered changes nothing. */
  markSent(upTo: number): Promise<void>;
}
