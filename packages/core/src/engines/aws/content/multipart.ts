import type { CompletedPart } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { addressOf, askS3, base64Of, isOvertaken, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import type { Part } from './read-parts.js';

/** How many parts are under way at once. So many and two more are in memory. */
const PARALLEL_PARTS = 3;

/** What an upload of many parts has to say of the object, when it begins. */
export interface ObjectFacts {
  readonly ContentType: string;
  readonly Metadata: Record<string, string>;
  readonly ObjectLockLegalHoldStatus?: 'ON';
}

type StoredPart = CompletedPart & { readonly Size?: number | undefined };

export interface Upload {
  readonly key: string;
  readonly id: string;
  /** Parts that are there already, by their number. */
  readonly stored: ReadonlyMap<number, StoredPart>;
}

export async function beginUpload(
  s3: S3Api,
  bucket: ContentBucket,
  key: string,
  facts: ObjectFacts,
): Promise<Upload> {
  const { UploadId } = await askS3(bucket, () =>
    s3.createUpload({ ...addressOf(bucket), ...facts, Key: key, ChecksumAlgorithm: 'SHA256' }),
  );
  return { key, id: UploadId!, stored: new Map() };
}

/** The newest upload to the key that somebody began and did not end, with the parts that it has; undefined without one. */
export async function findUpload(s3: S3Api, bucket: ContentBucket, key: string): Promise<Upload | undefined> {
  const { Uploads = [] } = await askS3(bucket, () => s3.listUploads({ ...addressOf(bucket), Prefix: key }));
  const begun = Uploads.filter((upload) => upload.Key === key);
  const newest = begun.sort((a, b) => (a.Initiated?.getTime() ?? 0) - (b.Initiated?.getTime() ?? 0)).at(-1);
  if (newest?.UploadId === undefined) return undefined;
  try {
    return { key, id: newest.UploadId, stored: await partsOf(s3, bucket, key, newest.UploadId) };
  } catch (error) {
    // Its owner has completed or aborted it since.
    if (isOvertaken(error)) return undefined;
    throw error;
  }
}

async function partsOf(
  s3: S3Api,
  bucket: ContentBucket,
  Key: string,
  UploadId: string,
): Promise<Upload['stored']> {
  const stored = new Map<number, StoredPart>();
  for (let marker: string | undefined; ;) {
    const from = marker === undefined ? {} : { PartNumberMarker: marker };
    const page = await askS3(bucket, () => s3.listParts({ ...addressOf(bucket), Key, UploadId, ...from }));
    for (const part of page.Parts ?? []) stored.set(part.PartNumber ?? 0, part);
    if (page.IsTruncated !== true) return stored;
    marker = page.NextPartNumberMarker;
  }
}

/**
 * Sends the parts, a few at a time, and returns them in order. A part that is there with the same bytes is not sent again.
 * Rejects with the first failure, once nothing is under way any more;
 * a failure of the parts' source is passed on as it is.
 */
export async function sendParts(
  s3: S3Api,
  bucket: ContentBucket,
  upload: Upload,
  parts: AsyncIterable<Part>,
): Promise<CompletedPart[]> {
  const done: CompletedPart[] = [];
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const part of parts) {
      const sending = sendPart(s3, bucket, upload, part).then(
        (sent) => void done.push(sent),
        (error: unknown) => void failures.push(error),
      );
      underWay.add(sending);
      void sending.then(() => underWay.delete(sending));
      if (underWay.size >= PARALLEL_PARTS) await Promise.race(underWay);
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
  return done.sort((a, b) => a.PartNumber! - b.PartNumber!);
}

async function sendPart(
  s3: S3Api,
  bucket: ContentBucket,
  { key, id, stored }: Upload,
  { bytes, number }: Part,
): Promise<CompletedPart> {
  const ChecksumSHA256 = base64Of(createHash('sha256').update(bytes).digest());
  const there = stored.get(number);
  if (there?.ChecksumSHA256 === ChecksumSHA256 && there.Size === bytes.length && there.ETag !== undefined) {
    return { PartNumber: number, ETag: there.ETag, ChecksumSHA256 };
  }
  const { ETag } = await askS3(bucket, () =>
    s3.uploadPart({
      ...addressOf(bucket),
      Key: key,
      UploadId: id,
      PartNumber: number,
      Body: bytes,
      ContentLength: bytes.length,
      ChecksumAlgorithm: 'SHA256',
      ChecksumSHA256,
    }),
  );
  return { PartNumber: number, ETag, ChecksumSHA256 };
}
