import type {
  CloudFormationClientConfig,
  CreateStackCommandInput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';

/** The calls that finding and making the store's stack takes. */
export interface StackApi {
  describe(input: DescribeStacksCommandInput): Promise<DescribeStacksCommandOutput>;
  create(input: CreateStackCommandInput): Promise<unknown>;
  close(): void;
}

/** Milliseconds; a request that takes longer is sent again, as often as `MAX_ATTEMPTS` says, with jitter in between. */
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 6;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. */
export async function openStacks(config: CloudFormationClientConfig = {}): Promise<StackApi> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const client = new sdk.CloudFormationClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...config,
  });
  return {
    describe: (input) => client.send(new sdk.DescribeStacksCommand(input)),
    create: (input) => client.send(new sdk.CreateStackCommand(input)),
    close: () => client.destroy(),
  };
}
