import {
  GetBucketLocationCommand,
  ListBucketsCommand,
  PutObjectLockConfigurationCommand,
} from '@aws-sdk/client-s3';
import type { Emulator } from '../../emulators/emulator.js';
import { administrator } from '../../emulators/test-bucket.js';

/** Turns Object Lock on for all buckets of the account, in whatever region: no emulator's CloudFormation does. Returns their names by region. */
export async function lockBuckets(emulator: Emulator): Promise<ReadonlyMap<string, string>> {
  const s3 = administrator(emulator);
  const byRegion = new Map<string, string>();
  for (const { Name: Bucket } of (await s3.send(new ListBucketsCommand({}))).Buckets ?? []) {
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));
    const region = LocationConstraint ?? 'us-east-1';
    byRegion.set(region, Bucket!);
    const regional = administrator({ ...emulator, region });
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' } as const;
    await regional.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    regional.destroy();
  }
  s3.destroy();
  return byRegion;
}
