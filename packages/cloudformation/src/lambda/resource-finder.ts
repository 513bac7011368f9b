import type { StackResource } from '@aws-sdk/client-cloudformation';
import type { ClientSettings } from '../evidence/client.js';
import { askFor } from '../evidence/failures.js';
import { asking } from './client.js';

/** Finds the resource of a stack by what it is called in its own service. */
export interface ResourceFinder {
  /** Undefined when no stack of the account and region has such a resource. Throws `access-denied` and `unavailable`. */
  find(physicalId: string): Promise<StackResource | undefined>;
  close(): void;
}

/** Loads the SDK and opens a client. The settings are the SDK's own, from the environment where they are absent. */
export async function openResourceFinder(settings: ClientSettings = {}): Promise<ResourceFinder> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const client = new sdk.CloudFormationClient({ ...asking(), ...settings });
  return {
    async find(PhysicalResourceId) {
      const answer = await askFor(`find the stack of the resource ${PhysicalResourceId}`, () =>
        client.send(new sdk.DescribeStackResourcesCommand({ PhysicalResourceId })),
      );
      // The answer holds all resources of the stack.
      return answer?.StackResources?.find((it) => it.PhysicalResourceId === PhysicalResourceId);
    },
    close: () => client.destroy(),
  };
}
