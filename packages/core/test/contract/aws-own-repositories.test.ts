import {
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore, policyFor, type ArtifactStore } from '../../src/index.js';
import type { Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket } from '../emulators/test-bucket.js';
import { lockBucket, startAccounts, type AwsAccounts } from './support/aws-accounts.js';

let accounts: AwsAccounts;
let emulator: Emulator;
let admin: S3Client;
let store: ArtifactStore;
/** Turned forward to end recovery windows. */
let days = 0;

beforeAll(async () => {
  accounts = await startAccounts();
  emulator = accounts.enterNew();
  admin = administrator(emulator);
  const clock = (): Date => new Date(Date.parse('2026-06-01T00:00:00Z') + days * 86_400_000);
  store = await openStore('aws:', { clock });
  await lockBucket(emulator);
});
afterAll(async () => {
  await store.close();
  admin.destroy();
  await accounts.close();
});

async function ownBucket(options: { objectLock?: boolean; blocked?: boolean } = {}): Promise<string> {
  const { objectLock = true, blocked = true } = options;
  const { name: Bucket } = await makeBucket(emulator, { objectLock });
  const PublicAccessBlockConfiguration = {
    ...{ BlockPublicAcls: blocked, BlockPublicPolicy: blocked },
    ...{ IgnorePublicAcls: blocked, RestrictPublicBuckets: blocked },
  };
  await admin.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  return Bucket;
}

const bytesOf = (text: string) => ({ kind: 'bytes', bytes: Buffer.from(text) }) as const;

/** Every object version and delete marker of a bucket whose key does not begin so, with its bytes. */
async function beside(Bucket: string, prefix: string): Promise<string[]> {
  const { Versions = [], DeleteMarkers = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket }));
  const others = Versions.filter(({ Key }) => !Key!.startsWith(prefix));
  const texts = others.map(async ({ Key, VersionId }) => {
    const { Body, Metadata } = await admin.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return JSON.stringify([Key, VersionId, await Body!.transformToString(), Metadata]);
  });
  return [...(await Promise.all(texts)), ...DeleteMarkers.map(({ Key }) => `marker ${Key}`)].toSorted();
}

test('contents lie in the bucket below the prefix, held; nothing beside it is touched, by gc neither', async () => {
  const bucket = await ownBucket();
  const foreign = [
    'readme.txt',
    'team',
    'team-2/content/payments/x',
    'teams/sha256',
    'content/payments/sha256/ab',
  ];
  for (const Key of foreign)
    await admin.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `mine: ${Key}` }));
  const before = await beside(bucket, 'team/');
  expect(before).toHaveLength(foreign.length);

  const report = await store.createRepository('payments', { bucket, prefix: 'team' });
  expect(report).toEqual({ ownBucket: { name: bucket, prefix: 'team/', objectLock: true }, shortfalls: [] });
  const inPayments = { repository: 'payments' };
  const { version } = await store.publish({ id: 'api', ...inPayments, source: bytesOf('one') });
  const place = await store.locate(version);
  expect(place).toMatchObject({ bucket, key: expect.stringMatching(/^team\/content\/payments\/sha256\//) });
  const { LegalHold } = await admin.send(
    new GetObjectLegalHoldCommand({ Bucket: bucket, Key: place.key, VersionId: place.objectVersion }),
  );
  expect(LegalHold?.Status).toBe('ON');

  await store.delete('api:1', inPayments);
  days += 30;
  await store.gc(inPayments);
  const { Versions = [] } = await admin.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'team/content/' }),
  );
  expect(Versions).toEqual([]);
  expect(await beside(bucket, 'team/')).toEqual(before);
}, 30_000);

test('what one repository has in its bucket, another repository has not: its bytes are stored again', async () => {
  const [one, two] = [await ownBucket(), await ownBucket()];
  await store.createRepository('one', { bucket: one });
  await store.createRepository('two', { bucket: two });
  const publish = (repository: string) => store.publish({ id: 'api', repository, source: bytesOf('same') });
  const published = [await publish('one'), await publish('two'), await publish('default')];
  expect(published.map(({ uploaded }) => uploaded)).toEqual([true, true, true]);
  const places = await Promise.all(published.map(({ version }) => store.locate(version)));
  expect(places.slice(0, 2).map(({ bucket }) => bucket)).toEqual([one, two]);
  expect(new Set(places.map(({ bucket }) => bucket)).size).toBe(3);
  const digest = published[0]!.version.digest;
  await store.createRepository('three', { bucket: one });
  // The digest is in the bucket, and still not in the repository.
  const blind = store.publish({ id: 'api', repository: 'three', source: { kind: 'digest', digest } });
  await expect(blind).rejects.toMatchObject({ code: 'not-found' });
}, 30_000);

test('a bucket that would make contents public or expire them is refused, and nothing is made', async () => {
  const bucket = await ownBucket({ blocked: false });
  await admin.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket,
      LifecycleConfiguration: {
        Rules: [{ ID: 'tidy', Status: 'Enabled', Filter: { Prefix: 'code/' }, Expiration: { Days: 7 } }],
      },
    }),
  );
  const created = store.createRepository('unfit', { bucket, prefix: 'code/v1' });
  await expect(created).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/could make your code public.*"tidy" removes objects/),
    data: { shortfalls: { length: 2 } },
  });
  expect((await store.listRepositories()).map(({ name }) => name)).not.toContain('unfit');
});

test("without Object Lock the weaker promise is told, and a policy for it is put among the bucket's statements", async () => {
  const bucket = await ownBucket({ objectLock: false });
  const theirs = {
    Sid: 'Theirs',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutBucketAcl',
    Resource: `arn:aws:s3:::${bucket}`,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'x', Statement: theirs });
  await admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  const { shortfalls } = await store.createRepository('plain', { bucket, prefix: 'p' });
  expect(shortfalls).toMatchObject([{ aspect: 'object-lock', severity: 'weaker' }]);
  await store.publish({ id: 'api', repository: 'plain', source: bytesOf('one') });

  await expect(store.bucketPolicy('plain', { apply: true })).rejects.toMatchObject({ code: 'invalid-input' });
  const options = { accounts: ['111122223333'], collectors: ['arn:aws:iam::1:role/gc'], apply: true };
  for (let times = 0; times < 2; times += 1) {
    const { statements } = await store.bucketPolicy('plain', options);
    const answer = await admin.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    expect(JSON.parse(answer.Policy!)).toEqual({
      ...{ Version: '2012-10-17', Id: 'x' },
      Statement: [theirs, ...statements],
    });
    const below = (part: string) => `arn:aws:s3:::${bucket}/p/${part}/plain/*`;
    const resources = new Set(statements.flatMap(({ Resource }) => Resource));
    expect(resources).toEqual(new Set([below('content'), below('journal')]));
    expect(statements).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::1:role/gc'] } },
      }),
    );
    expect(statements.at(-1)).toMatchObject({
      Principal: { Service: 'lambda.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': [emulator.account, '111122223333'] } },
    });
  }
});

test("functions of accounts that use a repository of the store's bucket may read it; this account's may by the stack", async () => {
  await store.createRepository('shared');
  const { version } = await store.publish({ id: 'api', repository: 'shared', source: bytesOf('one') });
  expect((await store.bucketPolicy('shared')).statements).toEqual([]);
  const consumer = 'arn:aws:cloudformation:eu-west-1:444455556666:stack/shop/1';
  await store.pin({ consumer, deployment: 'd', pins: [{ version, slot: 'F.Code' }] });
  const { statements } = await store.bucketPolicy('shared');
  expect(statements).toMatchObject([
    { Condition: { StringEquals: { 'aws:SourceAccount': ['444455556666'] } } },
  ]);
});

test('policies of roles name the bucket of the repository', async () => {
  const bucket = await ownBucket();
  await store.createRepository('elsewhere', { bucket, prefix: 'p' });
  const { Statement } = await policyFor('publisher', { repository: 'elsewhere' });
  expect(Statement.flatMap(({ Resource }) => Resource)).toContain(
    `arn:aws:s3:::${bucket}/p/content/elsewhere/*`,
  );
});

test('a name keeps its bucket: created again elsewhere it is refused, in the same bucket it is not', async () => {
  const [one, two] = [await ownBucket(), await ownBucket()];
  await store.createRepository('moving', { bucket: one, prefix: 'p' });
  await store.deleteRepository('moving');
  for (const options of [{}, { bucket: two, prefix: 'p' }, { bucket: one, prefix: 'q' }]) {
    await expect(store.createRepository('moving', options)).rejects.toMatchObject({ code: 'conflict' });
  }
  await store.createRepository('moving', { bucket: one, prefix: 'p/' });
  expect(await store.listRepositories()).toContainEqual(
    expect.objectContaining({ name: 'moving', ownBucket: { name: one, prefix: 'p/', objectLock: true } }),
  );
});

test('an embedded store says that its repositories lie in no buckets', async () => {
  const embedded = await openStore('memory:own-buckets');
  await expect(embedded.createRepository('x', { bucket: 'some-bucket' })).rejects.toMatchObject({
    code: 'unsupported',
  });
  await embedded.close();
});
