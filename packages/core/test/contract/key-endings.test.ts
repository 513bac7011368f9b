import { GetObjectLegalHoldCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import type { ArtifactStore } from '../../src/store/artifact-store.js';
import { openStore } from '../../src/store/open-store.js';
import { material } from '../../src/testing/material.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { watchS3 } from '../emulators/watched-s3.js';
import { temporaryFolder } from './support/temporary-folder.js';

const env = material('STAGE=prod\n');
const copy = { repository: 'default', digest: env.digest, generation: 1 };

describe('in a bucket', () => {
  let emulator: Emulator;
  let s3: S3Api;
  let admin: S3Client;
  let bucket: ContentBucket;

  beforeAll(async () => {
    emulator = await startEmulator('moto');
    s3 = await openTestS3(emulator);
    admin = administrator(emulator);
  });
  beforeEach(async () => {
    bucket = await makeBucket(emulator);
  });
  afterAll(async () => {
    s3.close();
    admin.destroy();
    await emulator.stop();
  });

  async function keys(): Promise<string[]> {
    const { Versions = [], DeleteMarkers = [] } = await admin.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name }),
    );
    return [...Versions, ...DeleteMarkers].map(({ Key }) => Key ?? '');
  }

  test('what has an ending is held like the copy, is written once, and nothing is left when the copy goes', async () => {
    const watched = watchS3(s3);
    const content = new S3Content(watched.s3, bucket);
    await content.put(copy, env.source);
    const first = await content.locate(copy, '.env');
    expect(await content.locate(copy, '.env')).toEqual(first);
    expect(first.key.endsWith(`${env.digest.slice(7)}.env`)).toBe(true);
    const puts = watched.requests.filter(({ call }) => call === 'put');
    expect(puts.map(({ input }) => input['IfNoneMatch'])).toEqual(['*', '*']);
    const { LegalHold } = await admin.send(
      new GetObjectLegalHoldCommand({ Bucket: bucket.name, Key: first.key, VersionId: first.objectVersion }),
    );
    expect(LegalHold?.Status).toBe('ON');
    expect(await keys()).toHaveLength(2);
    await content.delete(copy);
    expect(await keys()).toEqual([]);
  });

  test('an ending that is written too late is found by the next sweep as a copy that is over', async () => {
    const content = new S3Content(s3, bucket);
    await content.put(copy, env.source);
    const slow = new S3Content(
      {
        ...s3,
        put: async (input) => {
          await content.delete(copy);
          return s3.put(input);
        },
      },
      bucket,
    );
    await slow.locate(copy, '.env');
    expect(await Array.fromAsync(content.list('default'))).toEqual([copy]);
    await content.delete(copy);
    expect(await keys()).toEqual([]);
  });

  test('a copy whose bytes are damaged gets no ending', async () => {
    const damaged = material('STAGE=test\n');
    const content = new S3Content(
      { ...s3, get: async (input) => ({ ...(await s3.get(input)), Body: damaged.source.open() as never }) },
      bucket,
    );
    await content.put(copy, env.source);
    await expect(content.locate(copy, '.env')).rejects.toMatchObject({ code: 'corrupt' });
    expect(await keys()).toHaveLength(1);
  });
});

describe('in the folder that is copied to a bucket', () => {
  let folder: string;
  let store: ArtifactStore;

  beforeEach(async () => {
    folder = temporaryFolder('endings');
    store = await openStore(`file:${folder}`, { bucket: 'mine' });
  });

  const fileOf = (key: string): string => join(folder, 'content', key);

  test('the file with the ending is the very file, is repaired with it, and goes with it', async () => {
    const { version } = await store.publish({ id: 'a/env', source: { kind: 'bytes', bytes: env.bytes } });
    const plain = fileOf((await store.locate(version)).key);
    const ended = fileOf((await store.locate(version, { ending: '.env' })).key);
    expect(ended).toBe(`${plain}.env`);
    expect(statSync(ended).ino).toBe(statSync(plain).ino);

    chmodSync(plain, 0o644);
    writeFileSync(plain, 'damaged');
    const report = await store.verify({ repairFrom: async () => env.source });
    expect(report.problems.map(({ repaired }) => repaired)).toEqual([true]);
    expect(readFileSync(ended, 'utf8')).toBe('STAGE=prod\n');

    await store.close();
    const later = await openStore(`file:${folder}`, { clock: () => new Date(Date.now() + 90 * 86_400_000) });
    await later.delete('a/env:1');
    await later.close();
    const last = await openStore(`file:${folder}`, { clock: () => new Date(Date.now() + 900 * 86_400_000) });
    const { items } = await last.gc({ dryRun: false });
    await last.close();
    expect(items.filter(({ arn }) => arn.includes(':content/'))).toHaveLength(1);
    for (const path of [plain, ended]) expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
