import { DeleteObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import type { ByteSource, ContentCopy } from '../../src/ports/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { watchS3 } from '../emulators/watched-s3.js';

const MIB = 1024 * 1024;
/** The least that S3 takes for a part. */
const partBytes = 5 * MIB;
const bytes = randomBytes(17 * MIB + 1);
const source: ByteSource = { open: () => Readable.from(slices(bytes, 100_000)) };
const digestOf = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
const copy: ContentCopy = { repository: 'default', digest: digestOf(bytes), generation: 1 };

function* slices(content: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

let emulator: Emulator;
let s3: S3Api;
let bucket: ContentBucket;

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  s3 = await openTestS3(emulator);
});
afterAll(async () => {
  s3.close();
  await emulator.stop();
});

async function pendingUploads(): Promise<number> {
  const client = administrator(emulator);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket.name }));
  client.destroy();
  return Uploads.length;
}

test('a long content goes up in parts, a few at a time, and comes back whole', async () => {
  bucket = await makeBucket(emulator);
  const watched = watchS3(s3);
  const content = new S3Content(watched.s3, bucket, { partBytes });
  await content.put(copy, source);
  expect(await content.has(copy)).toBe(bytes.length);
  expect((await buffer(await content.open(copy))).equals(bytes)).toBe(true);
  const parts = watched.requests.filter(({ call }) => call === 'uploadPart');
  expect(parts).toHaveLength(4);
  expect(watched.most.get('uploadPart')).toBeGreaterThan(1);
  expect(watched.most.get('uploadPart')).toBeLessThanOrEqual(3);
  expect(Math.max(...parts.map(({ input }) => Number(input['ContentLength'])))).toBe(partBytes);
});

test('every request names the account that must own the bucket', async () => {
  bucket = await makeBucket(emulator);
  const watched = watchS3(s3);
  const content = new S3Content(watched.s3, bucket, { partBytes });
  const short = Buffer.from('short');
  const shortCopy = { ...copy, digest: digestOf(short) };
  for (const [one, open] of [
    [copy, () => source.open()],
    [shortCopy, () => Readable.from([short])],
  ] as const) {
    await content.put(one, { open });
    await content.put(one, { open });
    await buffer(await content.open(one));
    await content.locate(one);
    await content.delete(one);
    await content.has(one);
  }
  for await (const _ of content.list('default'));
  await content.removeAbandoned(new Date(), 'default');
  expect(new Set(watched.requests.map(({ call }) => call)).size).toBe(10);
  expect(watched.requests.filter(({ input }) => input['ExpectedBucketOwner'] !== emulator.account)).toEqual(
    [],
  );
});

test('a short content costs one request', async () => {
  bucket = await makeBucket(emulator);
  const watched = watchS3(s3);
  const short = Buffer.from('short');
  await new S3Content(watched.s3, bucket).put(
    { ...copy, digest: digestOf(short) },
    { open: () => Readable.from([short]) },
  );
  expect(watched.requests.map(({ call }) => call)).toEqual(['put']);
});

test('an upload that broke off is gone on with: parts that are there are not sent again', async () => {
  bucket = await makeBucket(emulator);
  const broken = watchS3(s3, (call, count) => (call === 'uploadPart' && count === 3 ? 'before' : 'none'));
  await expect(new S3Content(broken.s3, bucket, { partBytes }).put(copy, source)).rejects.toMatchObject({
    code: 'unavailable',
  });
  const again = watchS3(s3);
  const content = new S3Content(again.s3, bucket, { partBytes });
  await content.put(copy, source);
  const sent = again.requests.filter(({ call }) => call === 'uploadPart');
  expect(sent.length).toBeLessThanOrEqual(2);
  expect((await buffer(await content.open(copy))).equals(bytes)).toBe(true);
  expect(await pendingUploads()).toBe(0);
});

test('an upload whose bytes are wrong leaves neither object nor parts', async () => {
  bucket = await makeBucket(emulator);
  const content = new S3Content(s3, bucket, { partBytes });
  const wrong = Buffer.concat([bytes, Buffer.from('x')]);
  await expect(content.put(copy, { open: () => Readable.from(slices(wrong, MIB)) })).rejects.toMatchObject({
    code: 'corrupt',
  });
  expect(await content.has(copy)).toBeUndefined();
  expect(await pendingUploads()).toBe(0);
});

test('uploads that nobody ended are removed once they are old enough, and not before', async () => {
  bucket = await makeBucket(emulator);
  const broken = watchS3(s3, (call) => (call === 'completeUpload' ? 'before' : 'none'));
  await expect(new S3Content(broken.s3, bucket, { partBytes }).put(copy, source)).rejects.toThrow(
    'no definite answer',
  );
  const content = new S3Content(s3, bucket);
  expect(await content.removeAbandoned(new Date(Date.now() - 3_600_000), 'default')).toBe(0);
  expect(await content.removeAbandoned(new Date(Date.now() + 3_600_000), 'default')).toBe(1);
  expect(await pendingUploads()).toBe(0);
});

test.each(['put', 'completeUpload'] as const)(
  'a %s that succeeded though its answer was lost counts',
  async (lost) => {
    bucket = await makeBucket(emulator);
    const faulty = watchS3(s3, (call) => (call === lost ? 'after' : 'none'));
    const options = lost === 'put' ? {} : { partBytes };
    const outcome = new S3Content(faulty.s3, bucket, { partBytes: 32 * MIB, ...options }).put(copy, source);
    await expect(outcome).rejects.toMatchObject({ code: 'unavailable' });
    const content = new S3Content(s3, bucket, options);
    await content.put(copy, source);
    expect(await content.has(copy)).toBe(bytes.length);
  },
);

test.each([
  ['in one request', 32 * MIB],
  ['in parts', partBytes],
])('publishers of one content at once, %s, end with one object version', async (_, size) => {
  bucket = await makeBucket(emulator);
  const content = new S3Content(s3, bucket, { partBytes: size });
  await Promise.all([content.put(copy, source), content.put(copy, source), content.put(copy, source)]);
  await content.put(copy, source);
  expect((await buffer(await content.open(copy))).equals(bytes)).toBe(true);
  const { Key, versions } = await versionsIn();
  expect(versions).toEqual([Key]);
});

async function versionsIn(): Promise<{ Key: string; versions: (string | undefined)[] }> {
  const { Versions = [] } = await s3.listVersions({ Bucket: bucket.name });
  return { Key: Versions[0]?.Key ?? '', versions: Versions.map(({ Key }) => Key) };
}

test('a delete marker over a copy hides it from nobody', async () => {
  bucket = await makeBucket(emulator, { objectLock: false });
  const content = new S3Content(s3, bucket);
  await content.put(copy, source);
  const before = await content.locate(copy);
  const client = administrator(emulator);
  await client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: before.key }));
  client.destroy();
  await expect(s3.head({ Bucket: bucket.name, Key: before.key })).rejects.toMatchObject({ name: 'NotFound' });
  expect(await content.has(copy)).toBe(bytes.length);
  expect(await content.locate(copy)).toEqual(before);
  expect((await buffer(await content.open(copy))).equals(bytes)).toBe(true);
  await content.delete(copy);
  expect(await content.has(copy)).toBeUndefined();
});

test('a read whose connection breaks goes on where it broke', async () => {
  bucket = await makeBucket(emulator);
  await new S3Content(s3, bucket).put(copy, source);
  const ranges: unknown[] = [];
  const breaking = {
    ...s3,
    get: async (input: Parameters<S3Api['get']>[0]) => {
      ranges.push(input.Range);
      const answer = await s3.get(input);
      // ministack answers a range of an object version with the whole of it: HTTP allows that.
      const body = breakAfter(answer.Body as Readable, ranges.length * 6 * MIB);
      return { ...answer, Body: body as unknown as typeof answer.Body };
    },
  } as S3Api;
  const read = await buffer(await new S3Content(breaking, bucket).open(copy));
  expect(read.equals(bytes)).toBe(true);
  expect(ranges.length).toBeGreaterThanOrEqual(3);
});

/** The stream, torn once it has given so many bytes. */
function breakAfter(stream: Readable, limit: number): Readable {
  return Readable.from(
    (async function* () {
      let given = 0;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        given += chunk.length;
        if (given > limit) throw Object.assign(new Error('torn'), { code: 'ECONNRESET' });
        yield chunk;
      }
    })(),
  );
}
