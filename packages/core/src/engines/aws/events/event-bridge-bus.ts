import type { EventRecord } from '../../../events/index.js';
import { isHoldfastError } from '../../../errors.js';
import type { EventBus } from '../../../ports/index.js';
import { translateFailure } from '../failures.js';
import type { EventsApi } from './client.js';
import { entryOf, requestsOf, type Entry } from './entries.js';

/** Where is written up to which event all were acknowledged. */
export type Mark = Pick<EventBus, 'sentUpTo' | 'markSent'>;

/** The event bus of the store's stack. The SDK's client is loaded when the first event is sent, and ends after each sending. */
export class EventBridgeBus implements EventBus {
  readonly #open: () => Promise<EventsApi>;
  readonly #name: string;
  readonly #mark: Mark;

  constructor(open: () => Promise<EventsApi>, name: string, mark: Mark) {
    this.#open = open;
    this.#name = name;
    this.#mark = mark;
  }

  sentUpTo = (): Promise<number> => this.#mark.sentUpTo();
  markSent = (upTo: number): Promise<void> => this.#mark.markSent(upTo);

  async send(events: readonly EventRecord[]): Promise<readonly (string | undefined)[]> {
    const entries = events.map((event) => ({ event, entry: entryOf(event, this.#name) }));
    const failures = new Map<EventRecord, string>();
    const api = await this.#open();
    try {
      for (const request of requestsOf(entries)) await this.#sendTogether(api, request, failures);
    } finally {
      api.close();
    }
    return events.map((event) => failures.get(event));
  }

  /** One request. An entry counts as sent only when the answer has an ID for it. */
  async #sendTogether(
    api: EventsApi,
    request: readonly Entry[],
    failures: Map<EventRecord, string>,
  ): Promise<void> {
    try {
      const { Entries: answers = [] } = await api.putEvents({ Entries: request.map(({ entry }) => entry) });
      for (const [i, { event }] of request.entries()) {
        const answer = answers[i];
        if (answer?.EventId !== undefined && answer.ErrorCode === undefined) continue;
        failures.set(
          event,
          answer?.ErrorMessage ?? answer?.ErrorCode ?? 'EventBridge did not acknowledge it',
        );
      }
    } catch (error) {
      const failure = translateFailure(error, `the event bus "${this.#name}"`);
      if (!isHoldfastError(failure) || failure.code === 'access-denied') throw failure;
      for (const { event } of request) failures.set(event, failure.message);
    }
  }
}
