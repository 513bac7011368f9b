import type {
  GetBucketLifecycleConfigurationCommandOutput,
  GetBucketPolicyCommandOutput,
  GetBucketVersioningCommandOutput,
  GetObjectLockConfigurationCommandOutput,
  GetPublicAccessBlockCommandOutput,
  HeadBucketCommandOutput,
  LifecycleRule,
  S3ClientConfig,
} from '@aws-sdk/client-s3';
import { HoldfastError } from '../../../errors.js';
import { boundedRequests } from '../bounded-requests.js';
import { failureName, failureStatus, translateFailure } from '../failures.js';
import type { BucketFacts, LifecycleFact } from './assess-bucket.js';

interface Address {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

/** The calls that looking at a bucket, and changing its policy, takes. */
export interface BucketApi {
  head(input: Address): Promise<HeadBucketCommandOutput>;
  versioning(input: Address): Promise<GetBucketVersioningCommandOutput>;
  publicAccess(input: Address): Promise<GetPublicAccessBlockCommandOutput>;
  objectLock(input: Address): Promise<GetObjectLockConfigurationCommandOutput>;
  lifecycle(input: Address): Promise<GetBucketLifecycleConfigurationCommandOutput>;
  getPolicy(input: Address): Promise<GetBucketPolicyCommandOutput>;
  putPolicy(input: Address & { readonly Policy: string }): Promise<unknown>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Loads the SDK's client. The settings are the SDK's own; what is given here comes before them. */
export async function openBucketApi(config: S3ClientConfig = {}): Promise<BucketApi> {
  const sdk = require('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    ...boundedRequests(REQUEST_TIMEOUT_MS),
    ...config,
  });
  return {
    head: (input) => client.send(new sdk.HeadBucketCommand(input)),
    versioning: (input) => client.send(new sdk.GetBucketVersioningCommand(input)),
    publicAccess: (input) => client.send(new sdk.GetPublicAccessBlockCommand(input)),
    objectLock: (input) => client.send(new sdk.GetObjectLockConfigurationCommand(input)),
    lifecycle: (input) => client.send(new sdk.GetBucketLifecycleConfigurationCommand(input)),
    getPolicy: (input) => client.send(new sdk.GetBucketPolicyCommand(input)),
    putPolicy: (input) => client.send(new sdk.PutBucketPolicyCommand(input)),
    close: () => client.destroy(),
  };
}

/**
 * Looks at a bucket that must belong to the account; changes nothing.
 *
 * Throws `not-found` when there is no such bucket, and `access-denied` when it is another account's or cannot be looked at: what
 * is not known is never taken for good.
 */
export async function gatherBucketFacts(api: BucketApi, bucket: string, owner: string): Promise<BucketFacts> {
  const address = { Bucket: bucket, ExpectedBucketOwner: owner };
  const ask = <T>(request: () => Promise<T>, none?: string): Promise<T | undefined> =>
    answerOf(request, none, bucket, owner);
  const head = await ask(() => api.head(address));
  const [versioning, publicAccess, objectLock, lifecycle] = await Promise.all([
    ask(() => api.versioning(address)),
    ask(() => api.publicAccess(address), 'NoSuchPublicAccessBlockConfiguration'),
    ask(() => api.objectLock(address), 'ObjectLockConfigurationNotFoundError'),
    ask(() => api.lifecycle(address), 'NoSuchLifecycleConfiguration'),
  ]);
  const blocked = publicAccess?.PublicAccessBlockConfiguration;
  const lock = objectLock?.ObjectLockConfiguration;
  return {
    region: head?.BucketRegion ?? 'us-east-1',
    versioning:
      versioning?.Status === 'Enabled'
        ? 'enabled'
        : versioning?.Status === 'Suspended'
          ? 'suspended'
          : 'never',
    publicAccessBlocked:
      blocked?.BlockPublicAcls === true &&
      blocked.BlockPublicPolicy === true &&
      blocked.IgnorePublicAcls === true &&
      blocked.RestrictPublicBuckets === true,
    objectLock: lock?.ObjectLockEnabled === 'Enabled',
    defaultRetention: lock?.Rule?.DefaultRetention !== undefined,
    lifecycle: (lifecycle?.Rules ?? []).map(lifecycleFact),
  };
}

/** The answer, or undefined when S3 says by this name that there is no such configuration. */
async function answerOf<T>(
  request: () => Promise<T>,
  none: string | undefined,
  bucket: string,
  owner: string,
): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (none !== undefined && failureName(error) === none) return undefined;
    if (none === undefined && failureStatus(error) === 404) {
      throw new HoldfastError('not-found', `there is no bucket "${bucket}"`, { cause: error });
    }
    throw translateFailure(error, `the bucket "${bucket}" of account ${owner}`);
  }
}

const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** A lifecycle rule as what it does to contents. */
export function lifecycleFact(rule: LifecycleRule): LifecycleFact {
  const { Filter = {} } = rule;
  const and = Filter.And;
  const transitions = [...(rule.Transitions ?? []), ...(rule.NoncurrentVersionTransitions ?? [])];
  const { Days, Date: date } = rule.Expiration ?? {};
  return {
    id: rule.ID ?? '(without a name)',
    enabled: rule.Status === 'Enabled',
    // The prefix of the rule itself is the older form, which S3 still gives.
    prefix: Filter.Prefix ?? and?.Prefix ?? (rule as { Prefix?: string }).Prefix ?? '',
    all: Filter.Tag === undefined && and === undefined && !hasSizes(Filter),
    removes: Days !== undefined || date !== undefined || rule.NoncurrentVersionExpiration !== undefined,
    archives: transitions.some(({ StorageClass }) => ARCHIVES.has(StorageClass ?? '')),
  };
}

function hasSizes({
  ObjectSizeGreaterThan,
  ObjectSizeLessThan,
}: NonNullable<LifecycleRule['Filter']>): boolean {
  return ObjectSizeGreaterThan !== undefined || ObjectSizeLessThan !== undefined;
}
