import type {
  EventBridgeClientConfig,
  PutEventsCommandInput,
  PutEventsCommandOutput,
} from '@aws-sdk/client-eventbridge';

/** The call that sending events takes. */
export interface EventsApi {
  putEvents(input: PutEventsCommandInput): Promise<PutEventsCommandOutput>;
  close(): void;
}

/** Milliseconds; a request that takes longer is sent again, as often as `MAX_ATTEMPTS` says, with jitter in between. */
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 4;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. */
export async function openEvents(config: EventBridgeClientConfig = {}): Promise<EventsApi> {
  const sdk = await import('@aws-sdk/client-eventbridge');
  const client = new sdk.EventBridgeClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  return {
    putEvents: (input) => client.send(new sdk.PutEventsCommand(input)),
    close: () => client.destroy(),
  };
}
