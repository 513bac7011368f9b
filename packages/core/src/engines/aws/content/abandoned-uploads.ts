import { addressOf, askS3, copyOfKey, isOvertaken, repositoryPrefix, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';

/** Aborts uploads to contents of a repository that were begun before the instant and never ended. Returns how many. */
export async function abortUploadsBegunBefore(
  s3: S3Api,
  bucket: ContentBucket,
  repository: string,
  before: Date,
): Promise<number> {
  const address = addressOf(bucket);
  let aborted = 0;
  let from: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const page = await askS3(bucket, () =>
      s3.listUploads({ ...address, Prefix: repositoryPrefix(bucket, repository), ...from }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const old = Initiated !== undefined && Initiated < before;
      if (!old || Key === undefined || copyOfKey(bucket, Key) === undefined) continue;
      if (await ended(() => askS3(bucket, () => s3.abortUpload({ ...address, Key, UploadId })))) aborted += 1;
    }
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return aborted;
    from = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }),
    };
  }
}

/** False when its owner ended it meanwhile. */
async function ended(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}
