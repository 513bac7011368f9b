import type {
  CloudFormationClientConfig,
  CreateStackCommandInput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { boundedRequests } from '../bounded-requests.js';
import { regionOf } from '../identity.js';

/** The calls that finding and making the store's stack takes. */
export interface StackApi {
  describe(input: DescribeStacksCommandInput): Promise<DescribeStacksCommandOutput>;
  create(input: CreateStackCommandInput): Promise<unknown>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 15_000;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. Throws `invalid-input` without a region. */
export async function openStacks(config: CloudFormationClientConfig = {}): Promise<StackApi> {
  const sdk = require('@aws-sdk/client-cloudformation') as typeof import('@aws-sdk/client-cloudformation');
  const client = new sdk.CloudFormationClient({
    ...boundedRequests(REQUEST_TIMEOUT_MS),
    ...config,
  });
  await regionOf(() => client.config.region());
  return {
    describe: (input) => client.send(new sdk.DescribeStacksCommand(input)),
    create: (input) => client.send(new sdk.CreateStackCommand(input)),
    close: () => client.destroy(),
  };
}
