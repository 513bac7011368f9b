import type {
  EventBridgeClientConfig,
  PutEventsCommandInput,
  PutEventsCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { boundedRequests } from '../bounded-requests.js';

/** The call that sending events takes. */
export interface EventsApi {
  putEvents(input: PutEventsCommandInput): Promise<PutEventsCommandOutput>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. */
export async function openEvents(config: EventBridgeClientConfig = {}): Promise<EventsApi> {
  const sdk = require('@aws-sdk/client-eventbridge') as typeof import('@aws-sdk/client-eventbridge');
  const client = new sdk.EventBridgeClient({
    ...boundedRequests(REQUEST_TIMEOUT_MS),
    ...config,
  });
  return {
    putEvents: (input) => client.send(new sdk.PutEventsCommand(input)),
    close: () => client.destroy(),
  };
}
