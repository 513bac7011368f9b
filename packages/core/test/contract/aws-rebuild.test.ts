import {
  CopyObjectCommand,
  DeleteObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectLegalHoldCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type ArtifactStore, type PublishInput, type Version } from '../../src/index.js';
import { emptyTable } from '../emulators/empty-table.js';
import type { Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket } from '../emulators/test-bucket.js';
import { lockBucket, startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { temporaryFolder } from './support/temporary-folder.js';

let accounts: AwsAccounts;
let emulator: Emulator;
let admin: S3Client;
let store: ArtifactStore;
let days: number;

beforeAll(async () => {
  accounts = await startAccounts();
});
afterAll(() => accounts.close());
beforeEach(async () => {
  days = 0;
  emulator = accounts.enterNew();
  admin = administrator(emulator);
  store = await open();
  await lockBucket(emulator);
});
afterEach(async () => {
  await store.close();
  admin.destroy();
});

function open(): Promise<ArtifactStore> {
  const clock = (): Date => new Date(Date.parse('2026-06-01T00:00:00Z') + days * 86_400_000);
  return openStore('aws:', { clock, by: 'tester', cache: false });
}

const bytesOf = (text: string) => ({ kind: 'bytes', bytes: Buffer.from(text) }) as const;
const publish = async (id: string, text: string, more: Partial<PublishInput> = {}): Promise<Version> =>
  (await store.publish({ id, source: bytesOf(text), ...more })).version;

/** All versions that the store knows, and where each lies. */
async function everything(): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const { name: repository } of await store.listRepositories()) {
    for await (const { id } of store.listArtifacts({ repository })) {
      for await (const version of store.listVersions(id, { repository })) {
        found.push([version, await store.locate(version)]);
      }
    }
  }
  return found;
}

async function loseCatalog(): Promise<void> {
  expect(await emptyTable(emulator)).toBeGreaterThan(0);
  await store.close();
  store = await open();
}

describe('a catalog that was lost', () => {
  test('comes back: every version ARN stands for the same bytes at the same place, with all that it carried', async () => {
    const folder = temporaryFolder('rebuild');
    mkdirSync(join(folder, 'api'));
    writeFileSync(join(folder, 'api', 'index.js'), 'exports.handler = 1;');
    const provenance = {
      commit: 'a'.repeat(40),
      dirty: true,
      repositoryUrl: 'https://example.com/é',
      tool: 'x/1',
    };
    await publish('a/one', 'first', {
      provenance,
      labels: { team: 'Zürich', é: '✓' },
      mediaType: 'text/plain',
    });
    await publish('a/one', 'second');
    // No bytes move for these: nothing but the journal says them.
    await publish('b/same', 'first');
    await store.publish({ id: 'tree', source: { kind: 'path', path: join(folder, 'api') } });
    await publish('long', 'x', {
      labels: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`l${i}`, 'v'.repeat(250)])),
    });
    await store.createRepository('payments');
    await publish('a/one', 'of payments', { repository: 'payments' });
    await store.setBookmark('a/one:1', 'prod');
    await store.setBookmark('a/one:2', 'prod');
    await store.setBookmark('a/one:1', 'gone');
    await store.deleteBookmark('a/one', 'gone');
    rmSync(folder, { recursive: true });
    const before = await everything();
    expect(before).toHaveLength(6);

    await loseCatalog();
    expect(await everything()).toEqual([]);
    const report = await store.rebuild();
    expect(report).toMatchObject({
      repositories: ['default', 'payments'],
      restored: 6,
      existing: 0,
      bookmarks: 1,
    });
    expect(report).toMatchObject({ lost: [], unclear: [], unknown: [], bookmarksLeft: [] });
    expect(await everything()).toEqual(before);
    expect(await store.listBookmarks('a/one')).toMatchObject([{ name: 'prod', number: 2 }]);
    const { stream } = await store.open('tree');
    expect((await stream.toArray()).length).toBeGreaterThan(0);
    expect(await store.verify()).toMatchObject({ problems: [] });

    // Again: nothing changes.
    expect(await store.rebuild()).toMatchObject({ restored: 0, existing: 6, bookmarks: 0 });
    expect(await everything()).toEqual(before);
  }, 60_000);

  test('goes on with numbers that were never given; what was deleted stays deleted', async () => {
    await publish('a', 'one');
    await publish('a', 'two');
    await publish('a', 'three');
    await publish('b', 'three');
    await publish('c', 'only');
    for (const name of ['a:1', 'a:3', 'c:1']) await store.delete(name);
    days += 30;
    await store.gc();
    await loseCatalog();
    expect(await store.rebuild()).toMatchObject({ restored: 2, unclear: [], unknown: [] });
    await expect(store.describe('a:1')).rejects.toMatchObject({ code: 'not-found' });
    // Its content is there, for another artifact.
    await expect(store.describe('a:3')).rejects.toMatchObject({ code: 'not-found' });
    expect((await publish('a', 'four')).number).toBe(4);
    expect((await publish('c', 'again')).number).toBe(2);
    expect((await publish('c', 'only')).number).toBe(3);
  }, 60_000);

  test('lets nothing be deleted before the references are registered again', async () => {
    const version = await publish('a', 'one');
    await loseCatalog();
    await store.rebuild();
    await expect(store.delete(version.arn)).rejects.toMatchObject({ code: 'in-use' });
    days += 1000;
    await store.gc();
    expect(await store.describe(version.arn)).toMatchObject({ state: 'live' });
    expect(await store.endRebuild()).toBe(1);
    await store.delete(version.arn);
  }, 60_000);

  test('brings back a removed and stored content at its generation, and goes on from there', async () => {
    await publish('a', 'one');
    await store.delete('a:1');
    days += 30;
    await store.gc();
    const again = await publish('a', 'one');
    expect(again.number).toBe(2);
    const before = await everything();
    await loseCatalog();
    expect(await store.rebuild()).toMatchObject({ restored: 1 });
    expect(await everything()).toEqual(before);
    await store.endRebuild();
    await store.delete('a:2');
    days += 30;
    await store.gc();
    const third = await publish('a', 'one');
    expect((await store.locate(third)).key).toMatch(/\.g3$/);
  }, 60_000);

  test("of a repository in a user's own bucket comes back from that bucket", async () => {
    const { name: bucket } = await makeBucket(emulator);
    const PublicAccessBlockConfiguration = {
      ...{
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    };
    await admin.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }));
    await store.createRepository('own', { bucket, prefix: 'p' });
    await publish('a', 'one', { repository: 'own' });
    const before = await everything();
    await loseCatalog();
    await store.createRepository('own', { bucket, prefix: 'p' });
    expect(await store.rebuild({ repository: 'own' })).toMatchObject({ restored: 1 });
    expect(await everything()).toEqual(before);
  }, 60_000);

  test('tells what it cannot know: contents that are gone, and contents that nobody noted', async () => {
    const lost = await publish('a', 'one');
    await publish('a', 'two');
    const place = await store.locate(lost);
    const { key: Key, bucket: Bucket, objectVersion: VersionId } = place;
    await admin.send(new PutObjectLegalHoldCommand({ Bucket, Key, VersionId, LegalHold: { Status: 'OFF' } }));
    const { Versions = [] } = await admin.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'content/' }));
    const other = Versions.find((version) => version.Key !== Key)!;
    // A copy that says nothing of itself, of a content that the catalog will not know.
    const stranger = other.Key!.replace(/[0-9a-f]{64}$/, 'f'.repeat(64));
    await admin.send(
      new CopyObjectCommand({
        Bucket,
        Key: stranger,
        CopySource: `${Bucket}/${other.Key}`,
        MetadataDirective: 'REPLACE',
      }),
    );
    await admin.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    await store.publish({ id: 'b', source: { kind: 'digest', digest: lost.digest } });
    await loseCatalog();
    const report = await store.rebuild();
    expect(report).toMatchObject({
      restored: 1,
      unknown: [expect.stringContaining(`sha256:${'f'.repeat(64)}`)],
    });
    expect(report.lost).toEqual([expect.stringMatching(/version\/default\/b:1$/)]);
    expect((await publish('b', 'new')).number).toBe(2);
  }, 60_000);
});

test('a new content says itself what it was uploaded for: publishing many new ones writes no journal', async () => {
  const inputs = Array.from({ length: 12 }, (_, i) => ({ id: `f${i}`, source: bytesOf(`content ${i}`) }));
  await store.publishAll(inputs);
  await store.publishAll(inputs);
  expect(await journalObjects()).toBe(0);
  // What moves no bytes is noted, all of it at once.
  await store.publishAll(inputs.map(({ source }, i) => ({ id: `g${i}`, source })));
  expect(await journalObjects()).toBe(1);
});

async function journalObjects(): Promise<number> {
  const { Buckets = [] } = await admin.send(new ListBucketsCommand({}));
  const request = new ListObjectVersionsCommand({ Bucket: Buckets[0]!.Name!, Prefix: 'journal/' });
  return (await admin.send(request)).Versions?.length ?? 0;
}

test('a store without a journal says so', async () => {
  const embedded = await openStore('memory:no-journal');
  await expect(embedded.rebuild()).rejects.toMatchObject({ code: 'unsupported' });
  await embedded.close();
});
