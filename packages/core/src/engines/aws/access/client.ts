import type { ServerSideEncryptionRule } from '@aws-sdk/client-s3';
import { failureName, translateFailure } from '../failures.js';
import { boundedRequests } from '../bounded-requests.js';

/** A policy as a service has it. */
export interface StoredPolicy {
  readonly text: string;
  readonly revision?: string;
}

/** What a bucket encrypts new objects with, where that is a KMS key. */
export interface BucketEncryption {
  /** An ARN, an ID or an alias. */
  readonly key: string;
  readonly bucketKeys: boolean;
}

/** The resource policies of a store, each read and written whole. */
export interface PolicyApi {
  /** Undefined for a bucket without a KMS key. */
  readEncryption(bucket: string): Promise<BucketEncryption | undefined>;
  readBucket(bucket: string): Promise<StoredPolicy | undefined>;
  writeBucket(bucket: string, text: string | undefined): Promise<void>;
  readTable(arn: string): Promise<StoredPolicy | undefined>;
  /** Throws the service's PolicyNotFoundException when the policy has another revision than the expected one. */
  writeTable(arn: string, text: string | undefined, expected: string | undefined): Promise<void>;
  readEventBus(name: string): Promise<StoredPolicy | undefined>;
  writeEventBus(name: string, text: string | undefined): Promise<void>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Loads the SDK's clients. Every request of S3 names the bucket's owner. */
export async function openPolicyApi(region: string, owner: string): Promise<PolicyApi> {
  const [s3Sdk, dynamoSdk, eventsSdk] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-eventbridge'),
  ]);
  const config = { region, ...boundedRequests(REQUEST_TIMEOUT_MS) };
  const s3 = new s3Sdk.S3Client(config);
  const dynamo = new dynamoSdk.DynamoDBClient(config);
  const events = new eventsSdk.EventBridgeClient(config);
  const address = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: owner });
  return {
    async readEncryption(bucket) {
      const answer = await absentAs(
        'ServerSideEncryptionConfigurationNotFoundError',
        `the encryption of the bucket "${bucket}"`,
        () => s3.send(new s3Sdk.GetBucketEncryptionCommand(address(bucket))),
      );
      return encryptionIn(answer?.ServerSideEncryptionConfiguration?.Rules);
    },
    async readBucket(bucket) {
      const answer = await absentAs('NoSuchBucketPolicy', `the policy of the bucket "${bucket}"`, () =>
        s3.send(new s3Sdk.GetBucketPolicyCommand(address(bucket))),
      );
      return storedPolicy(answer?.Policy);
    },
    async writeBucket(bucket, text) {
      await (text === undefined
        ? s3.send(new s3Sdk.DeleteBucketPolicyCommand(address(bucket)))
        : s3.send(new s3Sdk.PutBucketPolicyCommand({ ...address(bucket), Policy: text })));
    },
    async readTable(arn) {
      const answer = await absentAs('PolicyNotFoundException', `the resource policy of ${arn}`, () =>
        dynamo.send(new dynamoSdk.GetResourcePolicyCommand({ ResourceArn: arn })),
      );
      return storedPolicy(answer?.Policy, answer?.RevisionId);
    },
    async writeTable(arn, text, expected) {
      // The service's own word for "there must be none".
      const ExpectedRevisionId = expected ?? 'NO_POLICY';
      await (text === undefined
        ? dynamo.send(new dynamoSdk.DeleteResourcePolicyCommand({ ResourceArn: arn, ExpectedRevisionId }))
        : dynamo.send(
            new dynamoSdk.PutResourcePolicyCommand({ ResourceArn: arn, ExpectedRevisionId, Policy: text }),
          ));
    },
    async readEventBus(name) {
      const answer = await absentAs('', `the event bus "${name}"`, () =>
        events.send(new eventsSdk.DescribeEventBusCommand({ Name: name })),
      );
      return storedPolicy(answer?.Policy);
    },
    async writeEventBus(name, text) {
      await (text === undefined
        ? events.send(
            new eventsSdk.RemovePermissionCommand({ EventBusName: name, RemoveAllPermissions: true }),
          )
        : events.send(new eventsSdk.PutPermissionCommand({ EventBusName: name, Policy: text })));
    },
    close() {
      s3.destroy();
      dynamo.destroy();
      events.destroy();
    },
  };
}

/** AWS's own key for S3, which stands where a bucket names none. */
export const AWS_KEY = 'alias/aws/s3';

function encryptionIn(rules: readonly ServerSideEncryptionRule[] = []): BucketEncryption | undefined {
  const [rule] = rules.filter(
    (it) => it.ApplyServerSideEncryptionByDefault?.SSEAlgorithm?.startsWith('aws:kms') === true,
  );
  const named = rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? '';
  if (rule === undefined) return undefined;
  return { key: named === '' ? AWS_KEY : named, bucketKeys: rule.BucketKeyEnabled === true };
}

function storedPolicy(text: string | undefined, revision?: string): StoredPolicy | undefined {
  if (text === undefined || text === '') return undefined;
  return { text, ...(revision === undefined ? {} : { revision }) };
}

/** Undefined for the service's definite answer that there is no policy. */
async function absentAs<T>(none: string, what: string, request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (failureName(error) === none) return undefined;
    throw translateFailure(error, what);
  }
}
