import { DeleteObjectCommand, GetObjectLegalHoldCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import type { S3Api } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import { copyWithinS3, ensureHeld } from '../../src/engines/aws/replicas/copy-within-s3.js';
import { verifyOrRemove } from '../../src/engines/aws/replicas/open-replicas.js';
import type { Location } from '../../src/index.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, makeBucket, openTestS3 } from '../emulators/test-bucket.js';
import { LostAnswer, watchS3, type Fault } from '../emulators/watched-s3.js';

const MIB = 1024 * 1024;
/** The least that S3 takes for a part: in the place of a quarter of a gigabyte. */
const pieceBytes = 5 * MIB;
const bytes = randomBytes(12 * MIB + 1);
const copyOf = (content: Buffer): ContentCopy => ({
  repository: 'default',
  digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
  generation: 1,
});
const copy = copyOf(bytes);

describe.each(['ministack', 'moto'] as const)('a copy within S3, between the regions of %s', (name) => {
  let home: Emulator;
  let away: Emulator;
  let homeS3: S3Api;
  let s3: S3Api;
  let bucket: ContentBucket;
  let from: Location;

  beforeAll(async () => {
    home = await startEmulator(name);
    away = { ...home, region: 'us-east-2' };
    [homeS3, s3] = await Promise.all([openTestS3(home), openTestS3(away)]);
    const content = new S3Content(homeS3, await makeBucket(home));
    await content.put(copy, { size: bytes.length, open: () => Readable.from([bytes]) });
    from = await content.locate(copy);
  });
  beforeEach(async () => {
    bucket = await makeBucket(away, { prefix: 'replicas/123456789012/eu-west-1/' });
  });
  afterAll(async () => {
    homeS3.close();
    s3.close();
    await home.stop();
  });

  const order = (client: S3Api = s3) => ({ s3: client, bucket, copy, from, size: bytes.length, pieceBytes });
  const bring = async (client: S3Api = s3): Promise<void> => {
    if (!(await copyWithinS3(order(client))).verified) await verifyOrRemove(new S3Content(s3, bucket), copy);
  };
  const stored = async (): Promise<Buffer> => buffer(await new S3Content(s3, bucket).open(copy));

  test('goes in pieces, none of which comes to this machine, and is whole', async () => {
    const watched = watchS3(s3);
    await copyWithinS3(order(watched.s3));
    const calls = watched.requests.map(({ call }) => call);
    expect(calls.filter((call) => call === 'copyPart')).toHaveLength(3);
    expect(calls.filter((call) => ['get', 'put', 'uploadPart'].includes(call))).toEqual([]);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  test('is written once, and held from its beginning on', async () => {
    const watched = watchS3(s3);
    await bring(watched.s3);
    const begun = watched.requests.find(({ call }) => call === 'createUpload');
    expect(begun?.input['ObjectLockLegalHoldStatus']).toBe('ON');
    expect(watched.requests.find(({ call }) => call === 'completeUpload')?.input['IfNoneMatch']).toBe('*');
    const strangers = watched.requests.filter(({ input }) => input['ExpectedBucketOwner'] !== home.account);
    expect(strangers).toEqual([]);
  });

  test('of many at once, one makes the object', async () => {
    await Promise.all(Array.from({ length: 8 }, async () => repeat(() => bring())));
    const { key } = await new S3Content(s3, bucket).locate(copy);
    const { Versions = [] } = await s3.listVersions({ Bucket: bucket.name, Prefix: key });
    expect(Versions).toHaveLength(1);
    expect((await stored()).equals(bytes)).toBe(true);
  }, 30_000);

  test('that broke off is gone on with: what was copied is not copied again', async () => {
    const broken = watchS3(s3, (call, count) => (call === 'copyPart' && count === 3 ? 'before' : 'none'));
    await expect(copyWithinS3(order(broken.s3))).rejects.toMatchObject({ code: 'unavailable' });
    const watched = watchS3(s3);
    await bring(watched.s3);
    const pieces = watched.requests.filter(({ call }) => call === 'copyPart');
    expect(pieces.map(({ input }) => input['PartNumber'])).toEqual([3]);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  test.each(['head', 'createUpload', 'copyPart', 'completeUpload'] as const)(
    'survives that each %s is lost, or its answer',
    async (lost) => {
      for (const fault of ['before', 'after'] as readonly Fault[]) {
        bucket = await makeBucket(away, { prefix: 'replicas/123456789012/eu-west-1/' });
        const lossy = watchS3(s3, (call, count) => (call === lost && count === 1 ? fault : 'none'));
        await repeat(() => bring(lossy.s3));
        expect((await stored()).equals(bytes)).toBe(true);
      }
    },
    30_000,
  );

  test('of a damaged original does not become a replica, and leaves nothing', async () => {
    const wrong = copyOf(Buffer.from('something else'));
    const { verified } = await copyWithinS3({ ...order(), copy: wrong });
    expect(verified).toBe(false);
    const content = new S3Content(s3, bucket);
    await expect(verifyOrRemove(content, wrong)).rejects.toMatchObject({ code: 'corrupt' });
    expect(await content.has(wrong)).toBeUndefined();
  });

  test('of nothing is nothing', async () => {
    const empty = copyOf(Buffer.alloc(0));
    await copyWithinS3({ ...order(), copy: empty, size: 0 });
    await copyWithinS3({ ...order(), copy: empty, size: 0 });
    expect(await new S3Content(s3, bucket).has(empty)).toBe(0);
  });
});

test('S3 refuses an administrator who would delete a replica', async () => {
  const home = await startEmulator('moto');
  const away = { ...home, region: 'us-east-2' };
  const [homeS3, s3] = await Promise.all([openTestS3(home), openTestS3(away)]);
  const original = new S3Content(homeS3, await makeBucket(home));
  await original.put(copy, { size: bytes.length, open: () => Readable.from([bytes]) });
  const bucket = await makeBucket(away);
  await copyWithinS3({
    ...{ s3, bucket, copy, from: await original.locate(copy) },
    ...{ size: bytes.length, pieceBytes: 256 * MIB },
  });
  // The emulator forgets what the upload asked for when it was begun, as S3 does not.
  await ensureHeld(s3, bucket, copy);
  const { key, objectVersion } = await new S3Content(s3, bucket).locate(copy);
  const place = { Bucket: bucket.name, Key: key, VersionId: objectVersion };
  const admin = administrator(away);
  expect((await admin.send(new GetObjectLegalHoldCommand(place))).LegalHold?.Status).toBe('ON');
  await expect(admin.send(new DeleteObjectCommand(place))).rejects.toMatchObject({ name: 'AccessDenied' });
  admin.destroy();
  homeS3.close();
  s3.close();
  await home.stop();
});

describe('a digest that S3 names', () => {
  const named = (digest: string): S3Api => {
    const calls: Partial<S3Api> = {
      head: async () => {
        throw Object.assign(new Error('absent'), { $metadata: { httpStatusCode: 404 } });
      },
      listVersions: async () => ({ $metadata: {} }),
      listUploads: async () => ({ $metadata: {} }),
      createUpload: async () => ({ $metadata: {}, UploadId: 'u' }),
      copyPart: async () => ({ $metadata: {}, CopyPartResult: { ETag: 'e', ChecksumSHA256: digest } }),
      completeUpload: async () => ({ $metadata: {} }),
    };
    return calls as S3Api;
  };
  const bucket = { name: 'b', region: 'us-east-2', owner: '123456789012', prefix: '', objectLock: true };
  const from = { region: 'eu-west-1', bucket: 'a', key: 'k', objectVersion: 'v' };
  const order = { bucket, copy, from, size: bytes.length, pieceBytes: 256 * MIB };
  const right = Buffer.from(copy.digest.slice('sha256:'.length), 'hex').toString('base64');

  test('vouches for a copy in one piece, so that nobody has to read it', async () => {
    expect(await copyWithinS3({ ...order, s3: named(right) })).toEqual({ verified: true });
  });

  test('refuses a damaged original before an object comes to be', async () => {
    const wrong = createHash('sha256').update('x').digest('base64');
    await expect(copyWithinS3({ ...order, s3: named(wrong) })).rejects.toMatchObject({ code: 'corrupt' });
  });

  test('says nothing of several pieces', async () => {
    expect(await copyWithinS3({ ...order, s3: named(right), pieceBytes })).toEqual({ verified: false });
  });
});

/** As a user would, after an answer that was not had. */
async function repeat(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if ((code !== 'unavailable' && !(error instanceof LostAnswer)) || attempt === 5) throw error;
    }
  }
}
