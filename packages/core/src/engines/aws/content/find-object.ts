import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { failureStatus } from '../failures.js';
import { addressOf, translateS3Failure, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import { newestVersion, type StoredVersion } from './object-versions.js';

/** What S3 says of the key. Undefined for 404, which is also said of a hidden or an absent bucket's key: see {@link findObject}. */
export async function headObject(
  s3: S3Api,
  bucket: ContentBucket,
  key: string,
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await s3.head({ ...addressOf(bucket), Key: key });
  } catch (error) {
    const status = failureStatus(error);
    if (status === 404) return undefined;
    // An answer to HEAD has no body, and so gives no reason; a listing that is refused does.
    if (status === 400 || status === 403) await newestVersion(s3, bucket, key);
    throw translateS3Failure(error, bucket);
  }
}

/** The newest version of the key, also behind a delete marker; undefined when there definitely is none. */
export async function findObject(
  s3: S3Api,
  bucket: ContentBucket,
  key: string,
): Promise<StoredVersion | undefined> {
  const head = await headObject(s3, bucket, key);
  if (head === undefined) return newestVersion(s3, bucket, key);
  return { key, objectVersion: head.VersionId ?? 'null', size: head.ContentLength ?? 0 };
}
