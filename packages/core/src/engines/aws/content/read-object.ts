import { Readable } from 'node:stream';
import { HoldfastError } from '../../../errors.js';
import { addressOf, askS3, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';

/** How often in a row a read may break off without a byte in between. */
const MAX_BREAKS = 3;

/** The object version that is read, from its first byte on, already asked for. */
export interface BegunRead {
  readonly key: string;
  readonly objectVersion: string | undefined;
  readonly size: number;
  readonly body: Readable;
}

/** A stream of the whole object version. A connection that breaks is opened again where it broke. */
export function readOn(s3: S3Api, bucket: ContentBucket, begun: BegunRead): Readable {
  return Readable.from(chunks(s3, bucket, begun), { objectMode: false, highWaterMark: 128 * 1024 });
}

async function* chunks(s3: S3Api, bucket: ContentBucket, begun: BegunRead): AsyncGenerator<Buffer> {
  const { key, objectVersion, size } = begun;
  let body = begun.body;
  let offset = 0;
  for (let breaks = 0; ;) {
    let failure: unknown;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        yield chunk;
        offset += chunk.length;
        if (chunk.length > 0) breaks = 0;
      }
    } catch (error) {
      failure = error;
    }
    // A body that ends early is a broken connection as well; what is too long, the digest tells.
    if (offset >= size) return;
    breaks += 1;
    if (breaks > MAX_BREAKS) {
      throw new HoldfastError('unavailable', `reading ${key} broke off after ${offset} of ${size} bytes`, {
        cause: failure,
      });
    }
    body = await readFrom(s3, bucket, key, objectVersion, offset);
  }
}

async function readFrom(
  s3: S3Api,
  bucket: ContentBucket,
  Key: string,
  VersionId: string | undefined,
  offset: number,
): Promise<Readable> {
  const version = VersionId === undefined ? {} : { VersionId };
  const { Body, ContentRange } = await askS3(bucket, () =>
    s3.get({ ...addressOf(bucket), Key, Range: `bytes=${offset}-`, ...version }),
  );
  const body = Body as Readable;
  // HTTP lets a server ignore the range and answer with the whole.
  return ContentRange?.startsWith(`bytes ${offset}-`) ? body : Readable.from(withoutFirst(body, offset));
}

async function* withoutFirst(body: Readable, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
