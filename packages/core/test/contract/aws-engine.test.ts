import {
  DeleteBucketCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import { openEngine } from '../../src/engines/open.js';
import type { Engine } from '../../src/ports/index.js';
import { bootstrap, openStore, policyFor } from '../../src/index.js';
import { awsEnvironment } from '../emulators/aws-environment.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { startRecordingProxy } from '../emulators/recording-proxy.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';

const before = { ...process.env };
let emulator: Emulator;
let admin: S3Client;
let first: readonly Engine[];

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  Object.assign(process.env, awsEnvironment(emulator));
  admin = administrator(emulator);
  // The first users, at once.
  first = await Promise.all([openEngine('aws:'), openEngine('aws:'), openEngine('aws:')]);
  // No emulator's CloudFormation turns Object Lock on; the template's own test sees that it asks for it.
  await admin.send(
    new PutObjectLockConfigurationCommand({
      Bucket: await bucketOfStore(),
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
    }),
  );
});
afterAll(async () => {
  await Promise.all(first.map(({ catalog }) => catalog.close()));
  admin.destroy();
  process.env = before;
  await emulator.stop();
});

/** The stack's bucket. */
async function bucketOfStore(): Promise<string> {
  const { Buckets = [] } = await admin.send(new ListBucketsCommand({}));
  expect(Buckets).toHaveLength(1);
  return Buckets[0]!.Name!;
}

test('first users at once end with one store, which every later user finds', async () => {
  const bucket = await bucketOfStore();
  const later = await openEngine(`aws://${emulator.account}/${emulator.region}`);
  const copy = { repository: 'default', digest: `sha256:${'a'.repeat(64)}`, generation: 1 } as const;
  const places = await Promise.all([...first, later].map(({ content }) => content.locate(copy)));
  expect(places.map((place) => place.bucket)).toEqual(places.map(() => bucket));
  expect(later.identity).toEqual({ partition: 'aws', account: emulator.account, region: emulator.region });
  await later.catalog.close();
});

test('what one publishes, another resolves, reads and locates, with the object version', async () => {
  const publisher = await openStore('aws:');
  const reader = await openStore(`aws://${emulator.account}/${emulator.region}`);
  const bytes = Buffer.from('a function');
  const { version } = await publisher.publish({ id: 'payments/api', source: { kind: 'bytes', bytes } });
  expect(version.arn).toBe(
    `arn:aws:holdfast:${emulator.region}:${emulator.account}:version/default/payments/api:1`,
  );
  const { stream } = await reader.open('payments/api');
  expect(Buffer.concat(await stream.toArray())).toEqual(bytes);
  const location = await reader.locate(version);
  expect(location.objectVersion).toEqual(expect.any(String));
  expect(location.key).toContain(version.digest.slice('sha256:'.length));
  await Promise.all([publisher.close(), reader.close()]);
});

test('many artifacts are located with one look at the catalog, and none at S3', async () => {
  const publisher = await openStore('aws:');
  const inputs = Array.from({ length: 30 }, (_, i) => ({
    id: `many/${i}`,
    source: { kind: 'bytes', bytes: Buffer.from(`content ${i}`) } as const,
  }));
  const published = await publisher.publishAll(inputs);
  await publisher.close();
  const proxy = await startRecordingProxy(emulator);
  process.env['AWS_ENDPOINT_URL'] = proxy.emulator.endpoint;
  const reader = await openStore('aws:');
  proxy.clear();
  const places = await Promise.all(published.map(({ version }) => reader.locate(version)));
  // Clients ask for it when they first send.
  process.env['AWS_ENDPOINT_URL'] = emulator.endpoint;
  expect(proxy.calls.map(({ action }) => action)).toEqual(['BatchGetItem']);
  expect(new Set(places.map(({ objectVersion }) => objectVersion)).size).toBe(30);
  await reader.close();
  await proxy.stop();
});

test('a bucket that was to hold and cannot is told, and nothing is stored', async () => {
  const s3 = await openTestS3(emulator);
  const bucket = await makeBucket(emulator, { objectLock: false });
  const content = new S3Content(s3, { ...bucket, objectLock: true });
  const bytes = Buffer.from('x');
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
  const copy = { repository: 'default', digest, generation: 1 };
  await expect(content.put(copy, { open: () => Readable.from([bytes]) })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('has no Object Lock'),
  });
  expect(await content.has(copy)).toBeUndefined();
  s3.close();
  await admin.send(new DeleteBucketCommand({ Bucket: bucket.name }));
});

test('the bucket is versioned, closed to the public, and has its policy', async () => {
  const Bucket = await bucketOfStore();
  expect(await admin.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' });
  const { PublicAccessBlockConfiguration } = await admin.send(new GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const { Policy = '{}' } = await admin.send(new GetBucketPolicyCommand({ Bucket }));
  const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] };
  expect(Statement.map(({ Sid }) => Sid)).toEqual([
    'OnlyOverTls',
    'EveryKeyIsWrittenOnce',
    'LambdaOfThisAccountReads',
  ]);
});

test('bootstrap finds what is there, and policies name it', async () => {
  const bucket = await bucketOfStore();
  expect(await bootstrap()).toMatchObject({ bucket, table: 'holdfast', created: false });
  const policy = await policyFor('reader', { repository: 'payments' });
  expect(policy.Statement.flatMap(({ Resource }) => Resource)).toContain(
    `arn:aws:s3:::${bucket}/content/payments/*`,
  );
  await expect(policyFor('reader', { region: 'us-east-2' })).rejects.toMatchObject({ code: 'not-found' });
});

test("credentials of another account than the URL's are refused before anything is made", async () => {
  await expect(openEngine('aws://999999999999/eu-west-1')).rejects.toMatchObject({
    code: 'access-denied',
    message: expect.stringContaining('999999999999'),
  });
});
