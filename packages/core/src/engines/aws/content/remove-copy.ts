import { addressOf, askS3, translateS3Failure, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import { failureName } from '../failures.js';
import { storedVersion, versionPages } from './object-versions.js';

const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

/**
 * Removes every version of a key for good, holds lifted, and then its delete markers.
 *
 * Safe to repeat and to run twice at once. A kill in between leaves a version without its hold, which the next removal finds.
 */
export async function removeKey(s3: S3Api, bucket: ContentBucket, key: string): Promise<void> {
  const versions: string[] = [];
  const markers: string[] = [];
  for await (const page of versionPages(s3, bucket, key)) {
    const own = (page.Versions ?? []).filter(({ Key }) => Key === key);
    versions.push(...own.map((version) => storedVersion(version).objectVersion));
    markers.push(
      ...(page.DeleteMarkers ?? []).flatMap(({ Key, VersionId }) =>
        Key === key ? [VersionId ?? 'null'] : [],
      ),
    );
  }
  for (const VersionId of versions) await removeVersion(s3, bucket, key, VersionId);
  for (const VersionId of markers) {
    await askS3(bucket, () => s3.delete({ ...addressOf(bucket), Key: key, VersionId }));
  }
}

async function removeVersion(
  s3: S3Api,
  bucket: ContentBucket,
  Key: string,
  VersionId: string,
): Promise<void> {
  const object = { ...addressOf(bucket), Key, VersionId };
  if (bucket.objectLock) {
    try {
      await s3.putLegalHold({ ...object, LegalHold: { Status: 'OFF' } });
    } catch (error) {
      // Another sweep was faster.
      if (GONE.has(failureName(error))) return;
      throw translateS3Failure(error, bucket);
    }
  }
  await askS3(bucket, () => s3.delete(object));
}
