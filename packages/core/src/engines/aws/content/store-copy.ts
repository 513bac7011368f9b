import { createHash, type Hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../../errors.js';
import type { ByteSource, ContentCopy, NotedVersion, UploadNote } from '../../../ports/index.js';
import { addressOf, askS3, base64Of, isOvertaken, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import { headObject } from './find-object.js';
import { beginUpload, findUpload, sendParts, type ObjectFacts } from './multipart.js';
import { readParts, type Part } from './read-parts.js';
import { VERSION_METADATA, versionAsMetadata } from './version-metadata.js';

const MAX_PARTS = 10_000;
const MAX_ATTEMPTS = 5;
const LONGEST_PAUSE_MS = 2_000;

/** One attempt to write a key. */
interface Attempt {
  readonly s3: S3Api;
  readonly bucket: ContentBucket;
  readonly copy: ContentCopy;
  readonly key: string;
  readonly hash: Hash;
  readonly note?: UploadNote | undefined;
}

/**
 * Writes a copy to one of its keys, unless it is there: in one request when it fits in one part, and else in parts.
 *
 * S3 refuses whoever comes second to a key, so that of many at once one writes. Repeats the whole, with jitter and a bound,
 * when another writer was in the way and the copy is not there after all.
 */
export async function storeCopy(
  s3: S3Api,
  bucket: ContentBucket,
  copy: ContentCopy,
  key: string,
  source: ByteSource,
  leastPartBytes: number,
  note?: UploadNote,
): Promise<void> {
  const partBytes = Math.max(leastPartBytes, Math.ceil((source.size ?? 0) / MAX_PARTS));
  for (let number = 1; number <= MAX_ATTEMPTS; number += 1) {
    const attempt = { s3, bucket, copy, key, hash: createHash('sha256'), note };
    const parts = readParts(source.open(), partBytes, attempt.hash);
    const first = (await parts.next()).value as Part;
    const stored = first.last
      ? await putWhole(attempt, first.bytes)
      : await putInParts(attempt, prepended(first, parts), number === 1);
    if (stored || (await isThere(attempt))) return;
    await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 100 * 2 ** number));
  }
  throw new HoldfastError(
    'unavailable',
    `${key} was written by others, ${MAX_ATTEMPTS} times, and is not there`,
    { hint: 'Repeat the command in a moment.' },
  );
}

/** False when S3 says that the key exists, or that another writer was in the way. */
async function putWhole(attempt: Attempt, bytes: Buffer): Promise<boolean> {
  const { s3, bucket, copy, key, hash, note } = attempt;
  checkDigest(copy, hash);
  return unlessOvertaken(attempt, true, () =>
    askS3(bucket, () =>
      s3.put({
        ...addressOf(bucket),
        ...factsOf(bucket, copy, note?.version),
        Key: key,
        Body: bytes,
        ContentLength: bytes.length,
        ChecksumAlgorithm: 'SHA256',
        ChecksumSHA256: base64Of(copy.digest),
        IfNoneMatch: '*',
      }),
    ),
  );
}

/** Like {@link putWhole}. An upload that broke off is gone on with; `resume` says whether to look for one. */
async function putInParts(attempt: Attempt, parts: AsyncIterable<Part>, resume: boolean): Promise<boolean> {
  const { s3, bucket, copy, key, hash, note } = attempt;
  let size = 0;
  const counted = counting(parts, (bytes) => (size += bytes));
  if ((await headObject(s3, bucket, key)) !== undefined) {
    // Nothing moves, but what the caller gave is checked all the same.
    for await (const _ of counted);
    checkDigest(copy, hash);
    return false;
  }
  const found = resume ? await findUpload(s3, bucket, key) : undefined;
  const upload = found ?? (await beginUpload(s3, bucket, key, factsOf(bucket, copy, note?.version)));
  const address = { ...addressOf(bucket), Key: key, UploadId: upload.id };
  return unlessOvertaken(attempt, found === undefined, async () => {
    const Parts = await sendParts(s3, bucket, upload, counted);
    try {
      checkDigest(copy, hash);
    } catch (error) {
      // Not one that was found: whoever began it may have the right bytes.
      if (found === undefined) await s3.abortUpload(address).catch(() => undefined);
      throw error;
    }
    return askS3(bucket, () =>
      s3.completeUpload({
        ...address,
        MultipartUpload: { Parts },
        MpuObjectSize: size,
        IfNoneMatch: '*',
      }),
    );
  });
}

/** What a write says of the object: enough to know, without the catalog, what it is. */
export function factsOf(
  { objectLock }: ContentBucket,
  { repository, digest, generation }: ContentCopy,
  version?: NotedVersion,
): ObjectFacts {
  const said = version === undefined ? undefined : versionAsMetadata(version);
  return {
    ContentType: 'application/octet-stream',
    Metadata: {
      'holdfast-repository': repository,
      'holdfast-digest': digest,
      'holdfast-generation': String(generation),
      ...(said === undefined ? {} : { [VERSION_METADATA]: said }),
    },
    ...(objectLock ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
  };
}

async function unlessOvertaken(
  { note }: Attempt,
  own: boolean,
  write: () => Promise<{ VersionId?: string | undefined }>,
): Promise<boolean> {
  try {
    const { VersionId } = await write();
    if (VersionId !== undefined) note?.storedAs(VersionId);
    // What was begun by another upload says what that one was for.
    if (own && note?.version !== undefined && versionAsMetadata(note.version) !== undefined) note.kept();
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}

/** Whether the key is there and was written for this copy. Throws `corrupt` for anything else at the key. */
async function isThere({ s3, bucket, copy, key, note }: Attempt): Promise<boolean> {
  const found = await headObject(s3, bucket, key);
  if (found === undefined) return false;
  if (found.Metadata?.['holdfast-digest'] === copy.digest) {
    if (found.VersionId !== undefined) note?.storedAs(found.VersionId);
    return true;
  }
  throw new HoldfastError('corrupt', `${key} in the bucket "${bucket.name}" was not written by Holdfast`, {
    hint: `It should be content ${copy.digest}. Look who else writes to the bucket.`,
  });
}

/** Throws `corrupt` unless the bytes that passed the hash are the copy's. */
function checkDigest({ digest }: ContentCopy, hash: Hash): void {
  const found = `sha256:${hash.digest('hex')}`;
  if (found === digest) return;
  throw new HoldfastError('corrupt', `the bytes to store have digest ${found}, not ${digest}`, {
    hint: 'The source changed while it was read; publish it again.',
  });
}

async function* prepended(first: Part, rest: AsyncIterable<Part>): AsyncGenerator<Part> {
  yield first;
  yield* rest;
}

async function* counting(parts: AsyncIterable<Part>, count: (bytes: number) => void): AsyncGenerator<Part> {
  for await (const part of parts) {
    count(part.bytes.length);
    yield part;
  }
}
