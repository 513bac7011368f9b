import {
  PutBucketLifecycleConfigurationCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assessBucket } from '../../src/engines/aws/own-bucket/assess-bucket.js';
import {
  gatherBucketFacts,
  openBucketApi,
  type BucketApi,
} from '../../src/engines/aws/own-bucket/gather-facts.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, clientConfig, makeBucket } from '../emulators/test-bucket.js';

let emulator: Emulator;
let admin: S3Client;
let api: BucketApi;

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  admin = administrator(emulator);
  api = await openBucketApi(clientConfig(emulator));
});
afterAll(async () => {
  api.close();
  admin.destroy();
  await emulator.stop();
});

async function aspects(bucket: string): Promise<string[]> {
  const facts = await gatherBucketFacts(api, bucket, emulator.account);
  return assessBucket(facts, { region: emulator.region, prefix: 'holdfast/' }).map(({ aspect }) => aspect);
}

function blockPublicAccess(Bucket: string, blocked: boolean): Promise<unknown> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    BlockPublicPolicy: blocked,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  };
  return admin.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
}

test('a good bucket has no shortfall', async () => {
  const { name } = await makeBucket(emulator);
  await blockPublicAccess(name, true);
  expect(await aspects(name)).toEqual([]);
});

test('what a bucket lacks is seen', async () => {
  const { name } = await makeBucket(emulator, { objectLock: false });
  await blockPublicAccess(name, false);
  await admin.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: name,
      LifecycleConfiguration: {
        Rules: [{ ID: 'tidy', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 7 } }],
      },
    }),
  );
  expect(await aspects(name)).toEqual(['public-access', 'object-lock', 'lifecycle']);
});

test('a bucket that does not exist is told as such', async () => {
  await expect(aspects('holdfast-no-such-bucket')).rejects.toMatchObject({ code: 'not-found' });
});

test('a look that is refused is never taken for "not configured"', async () => {
  const { name } = await makeBucket(emulator);
  const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  const refusing = { ...api, lifecycle: () => Promise.reject(denied) };
  await expect(gatherBucketFacts(refusing, name, emulator.account)).rejects.toMatchObject({
    code: 'access-denied',
  });
});
