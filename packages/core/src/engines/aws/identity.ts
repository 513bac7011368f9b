import { quote, type StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import { boundedRequests } from './bounded-requests.js';
import { translateFailure } from './failures.js';

const REQUEST_TIMEOUT_MS = 10_000;

const loadSts = (): typeof import('@aws-sdk/client-sts') =>
  require('@aws-sdk/client-sts') as typeof import('@aws-sdk/client-sts');

/** Whose credentials these are: account and partition from STS, the region from the SDK's configuration. Loads the SDK's client. */
export async function callerIdentity(region: string | undefined): Promise<StoreIdentity> {
  const { STSClient, GetCallerIdentityCommand } = loadSts();
  const client = new STSClient({
    ...boundedRequests(REQUEST_TIMEOUT_MS),
    ...(region === undefined ? {} : { region }),
  });
  try {
    const configured = await regionOf(() => client.config.region());
    const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
    const [, partition = 'aws'] = Arn.split(':');
    return { partition, account: Account, region: configured };
  } catch (error) {
    throw translateFailure(error, "AWS's identity service (STS)");
  } finally {
    client.destroy();
  }
}

/** The region given, or that of the SDK's configuration, without asking AWS. Throws `invalid-input` without one. */
export async function configuredRegion(region: string | undefined): Promise<string> {
  if (region !== undefined) return region;
  const { STSClient } = loadSts();
  const client = new STSClient({});
  try {
    return await regionOf(() => client.config.region());
  } finally {
    client.destroy();
  }
}

/** The region of a client's configuration. Throws `invalid-input` without one. */
export async function regionOf(configured: () => Promise<string>): Promise<string> {
  try {
    return await configured();
  } catch (error) {
    // The SDK's own word for a region that is no name of a host.
    const wrong = error instanceof Error && /invalid region|hostname/i.test(error.message);
    const named = process.env['AWS_REGION'] ?? '';
    throw new HoldfastError(
      'invalid-input',
      wrong
        ? `the AWS region${named === '' ? '' : ` ${quote(named)}`} is not valid`
        : 'no AWS region is configured',
      {
        hint: 'Set AWS_REGION, choose a profile that has one, or write aws://<account>/<region>.',
        cause: error,
      },
    );
  }
}
