import {
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  DeleteObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { keyOf, type ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';

const bytes = Buffer.from('what a stack uses');
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
const copy: ContentCopy = { repository: 'default', digest, generation: 1 };
const sourceOf = (content: Buffer) => ({ size: content.length, open: () => Readable.from([content]) });

let emulator: Emulator;
let s3: S3Api;
let admin: S3Client;
let bucket: ContentBucket;
let content: S3Content;

beforeAll(async () => {
  // The one that holds by object version.
  emulator = await startEmulator('moto');
  s3 = await openTestS3(emulator);
  admin = administrator(emulator);
});
beforeEach(async () => {
  bucket = await makeBucket(emulator);
  content = new S3Content(s3, bucket);
  await content.put(copy, sourceOf(bytes));
});
afterAll(async () => {
  s3.close();
  admin.destroy();
  await emulator.stop();
});

/** Writes other bytes over a copy, and says of them what Holdfast says of its own. */
async function damage(): Promise<void> {
  await admin.send(
    new PutObjectCommand({
      ...{ Bucket: bucket.name, Key: keyOf(bucket, copy), Body: 'damaged' },
      Metadata: { 'holdfast-digest': digest },
    }),
  );
}

const read = async (): Promise<Buffer> => Buffer.concat(await (await content.open(copy)).toArray());

test('bytes are repaired although the object says that it has the right digest', async () => {
  const { key: Key, objectVersion: VersionId } = await content.locate(copy);
  const object = { Bucket: bucket.name, Key, VersionId };
  await admin.send(new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: 'OFF' } }));
  await admin.send(new DeleteObjectCommand(object));
  await damage();
  await content.put(copy, sourceOf(bytes));
  expect(await read()).toEqual(Buffer.from('damaged'));
  const objectVersion = await content.repair(copy, sourceOf(bytes));
  expect(await read()).toEqual(bytes);
  expect(await content.locate(copy)).toMatchObject({ objectVersion });
});

test('a good object version behind a damaged one stays, since locations name it', async () => {
  const place = await content.locate(copy);
  await damage();
  expect(await content.repair(copy, sourceOf(bytes))).toBe(place.objectVersion);
  expect(await content.locate(copy)).toEqual(place);
  const { Versions } = await admin.send(new ListObjectVersionsCommand({ Bucket: bucket.name }));
  expect(Versions).toHaveLength(1);
});

test('bytes that are no better change nothing', async () => {
  await damage();
  const repair = content.repair(copy, sourceOf(Buffer.from('neither')));
  await expect(repair).rejects.toMatchObject({ code: 'corrupt' });
  expect(await read()).toEqual(Buffer.from('damaged'));
});
