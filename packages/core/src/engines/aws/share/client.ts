import type { RAMClient } from '@aws-sdk/client-ram';
import type { S3ControlClient } from '@aws-sdk/client-s3-control';
import { boundedRequests } from '../bounded-requests.js';

const REQUEST_TIMEOUT_MS = 10_000;

export interface ShareClients {
  readonly ramSdk: typeof import('@aws-sdk/client-ram');
  readonly controlSdk: typeof import('@aws-sdk/client-s3-control');
  readonly ram: RAMClient;
  readonly control: S3ControlClient;
  close(): void;
}

/** Loads the SDK's clients; every request ends in time, and is sent again a bounded number of times. */
export async function openShareClients(region: string): Promise<ShareClients> {
  const [ramSdk, controlSdk] = await Promise.all([
    import('@aws-sdk/client-ram'),
    import('@aws-sdk/client-s3-control'),
  ]);
  const config = { region, ...boundedRequests(REQUEST_TIMEOUT_MS) };
  const ram = new ramSdk.RAMClient(config);
  const control = new controlSdk.S3ControlClient(config);
  return {
    ...{ ramSdk, controlSdk, ram, control },
    close() {
      ram.destroy();
      control.destroy();
    },
  };
}
