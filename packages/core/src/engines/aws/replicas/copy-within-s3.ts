import type { CompletedPart } from '@aws-sdk/client-s3';
import { HoldfastError } from '../../../errors.js';
import type { Location } from '../../../model.js';
import type { ContentCopy } from '../../../ports/index.js';
import { addressOf, askS3, base64Of, isOvertaken, keyOf, type ContentBucket } from '../content/bucket.js';
import type { S3Api } from '../content/client.js';
import { findObject, headObject } from '../content/find-object.js';
import { beginUpload, findUpload, type Upload } from '../content/multipart.js';
import { factsOf } from '../content/store-copy.js';

/**
 * What one request copies. S3 would take 5 GB, but says nothing while it copies, and a connection that is silent for long is given up.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
 */
export const PIECE_BYTES = 256 * 1024 * 1024;
const MAX_PIECES = 10_000;
const PARALLEL_PIECES = 4;

/** What is to be copied where. */
export interface CopyOrder {
  readonly s3: S3Api;
  readonly bucket: ContentBucket;
  readonly copy: ContentCopy;
  readonly from: Location;
  /** Bytes. */
  readonly size: number;
  readonly pieceBytes: number;
}

/**
 * Copies an object of another region's bucket within S3, as an upload whose parts S3 copies: only so is one request both "only if there
 * is none" and held from the beginning on. A copy that broke off is gone on with.
 *
 * `verified` says that S3 named the digest of the very bytes before the object came to be. Otherwise, and when another was faster, whoever calls has to
 * read it. Throws `corrupt` when S3 names another digest; then nothing came to be.
 */
export async function copyWithinS3(order: CopyOrder): Promise<{ readonly verified: boolean }> {
  const { s3, bucket, copy, size } = order;
  const key = keyOf(bucket, copy);
  if ((await findObject(s3, bucket, key)) !== undefined) return { verified: false };
  if (size === 0) return putEmpty(order, key);
  const upload =
    (await findUpload(s3, bucket, key)) ?? (await beginUpload(s3, bucket, key, factsOf(bucket, copy)));
  try {
    const parts = await copyPieces(order, upload);
    const verified = parts.length === 1 && checkNamedDigest(copy, parts[0]!);
    await askS3(bucket, () =>
      s3.completeUpload({
        ...addressOf(bucket),
        Key: key,
        UploadId: upload.id,
        MultipartUpload: { Parts: parts },
        MpuObjectSize: size,
        IfNoneMatch: '*',
      }),
    );
    return { verified };
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    if ((await findObject(s3, bucket, key)) !== undefined) return { verified: false };
    throw new HoldfastError('unavailable', `another copying of ${copy.digest} was in the way`, {
      hint: 'Repeat the command in a moment.',
      cause: error,
    });
  }
}

/** An upload has at least one part, and S3 copies no part of nothing. */
async function putEmpty({ s3, bucket, copy }: CopyOrder, Key: string): Promise<{ verified: boolean }> {
  try {
    await askS3(bucket, () =>
      s3.put({
        ...addressOf(bucket),
        ...factsOf(bucket, copy),
        ...{ Key, Body: Buffer.alloc(0), ContentLength: 0, IfNoneMatch: '*' },
        ...{ ChecksumAlgorithm: 'SHA256', ChecksumSHA256: base64Of(copy.digest) },
      }),
    );
    return { verified: true };
  } catch (error) {
    if (isOvertaken(error)) return { verified: false };
    throw error;
  }
}

/** All pieces in order, a few at a time; those that an earlier attempt copied are not copied again. */
async function copyPieces(order: CopyOrder, upload: Upload): Promise<CompletedPart[]> {
  const { size } = order;
  const pieceBytes = Math.max(order.pieceBytes, Math.ceil(size / MAX_PIECES));
  const count = Math.ceil(size / pieceBytes);
  const parts: CompletedPart[] = [];
  const failures: unknown[] = [];
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= count && failures.length === 0) {
      const number = next++;
      const first = (number - 1) * pieceBytes;
      const last = Math.min(first + pieceBytes, size) - 1;
      try {
        parts[number - 1] = await copyPiece(order, upload, { number, first, last, whole: count === 1 });
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_PIECES, count) }, worker));
  if (failures.length > 0) throw failures[0];
  return parts;
}

interface Piece {
  /** Counted from 1. */
  readonly number: number;
  /** The first and the last byte, counted from 0. */
  readonly first: number;
  readonly last: number;
  /** Whether there is no other. */
  readonly whole: boolean;
}

async function copyPiece(
  { s3, bucket, from }: CopyOrder,
  { key, id, stored }: Upload,
  { number, first, last, whole }: Piece,
): Promise<CompletedPart> {
  const there = stored.get(number);
  if (there?.Size === last - first + 1 && there.ETag !== undefined) {
    return completed(number, there.ETag, there.ChecksumSHA256);
  }
  const { CopyPartResult } = await askS3(bucket, () =>
    s3.copyPart({
      ...addressOf(bucket),
      ...{ Key: key, UploadId: id, PartNumber: number },
      CopySource: copySourceOf(from),
      ExpectedSourceBucketOwner: bucket.owner,
      // S3 refuses a range of what is shorter than 5 MB.
      ...(whole ? {} : { CopySourceRange: `bytes=${first}-${last}` }),
    }),
  );
  return completed(number, CopyPartResult?.ETag, CopyPartResult?.ChecksumSHA256);
}

function completed(PartNumber: number, ETag?: string, ChecksumSHA256?: string): CompletedPart {
  return { PartNumber, ETag, ...(ChecksumSHA256 === undefined ? {} : { ChecksumSHA256 }) };
}

/** The place as a header names it; the very version of the object, so that all pieces are of one. */
function copySourceOf({ bucket, key, objectVersion }: Location): string {
  const path = key.split('/').map(encodeURIComponent).join('/');
  return `${bucket}/${path}${objectVersion === undefined ? '' : `?versionId=${encodeURIComponent(objectVersion)}`}`;
}

/** False when S3 names none. Throws `corrupt` for another one than the content's. */
function checkNamedDigest({ digest }: ContentCopy, { ChecksumSHA256 }: CompletedPart): boolean {
  if (ChecksumSHA256 === undefined) return false;
  if (ChecksumSHA256 === base64Of(digest)) return true;
  throw new HoldfastError('corrupt', `content ${digest} is damaged in its home region: it was not copied`, {
    hint: 'Restore it there with: holdfast verify --repair --from <file, folder or store>',
  });
}

/** Puts the hold on that the upload asked for, should the object not have it: nothing may be recorded that S3 does not protect. */
export async function ensureHeld(s3: S3Api, bucket: ContentBucket, copy: ContentCopy): Promise<void> {
  if (!bucket.objectLock) return;
  const key = keyOf(bucket, copy);
  const head = await headObject(s3, bucket, key);
  if (head === undefined || head.ObjectLockLegalHoldStatus === 'ON') return;
  const version = head.VersionId === undefined ? {} : { VersionId: head.VersionId };
  await askS3(bucket, () =>
    s3.putLegalHold({ ...addressOf(bucket), Key: key, ...version, LegalHold: { Status: 'ON' } }),
  );
}
