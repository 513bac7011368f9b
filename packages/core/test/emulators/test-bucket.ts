import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  S3Client,
  type BucketLocationConstraint,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import { openS3, type S3Api } from '../../src/engines/aws/content/client.js';
import type { Emulator } from './emulator.js';

/** What clients of an emulator are opened with. */
export function clientConfig({ endpoint, region, credentials }: Emulator) {
  return { endpoint, region, credentials, forcePathStyle: true };
}

/** The SDK's own client, for what an administrator does. */
export function administrator(emulator: Emulator): S3Client {
  return new S3Client(clientConfig(emulator));
}

export async function openTestS3(emulator: Emulator): Promise<S3Api> {
  return openS3(clientConfig(emulator));
}

/** Makes a versioned bucket, with Object Lock unless told otherwise. */
export async function makeBucket(
  emulator: Emulator,
  { objectLock = true, prefix = '' } = {},
): Promise<ContentBucket> {
  const { region, account } = emulator;
  const name = `holdfast-test-${randomUUID()}`;
  const s3 = administrator(emulator);
  const LocationConstraint = region as BucketLocationConstraint;
  await s3.send(
    new CreateBucketCommand({
      Bucket: name,
      CreateBucketConfiguration: { LocationConstraint },
      ObjectLockEnabledForBucket: objectLock,
    }),
  );
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  s3.destroy();
  return { name, region, owner: account, prefix, objectLock };
}
