import type { ContentCopy } from '../../../ports/index.js';
import { addressOf, askS3, copyOfKey, keyOf, translateS3Failure, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import { failureName } from '../failures.js';
import { versionPages } from './object-versions.js';

const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

interface Entry {
  readonly Key: string;
  readonly VersionId: string;
}

/**
 * Removes every version of all keys of a copy for good, holds lifted, and then their delete markers.
 *
 * Safe to repeat and to run twice at once. A kill in between leaves a version without its hold, which the next removal finds.
 */
export async function removeCopy(s3: S3Api, bucket: ContentBucket, copy: ContentCopy): Promise<void> {
  const versions: Entry[] = [];
  const markers: Entry[] = [];
  // The keys of other generations begin with this one's too.
  const own = ({
    Key = '',
    VersionId = 'null',
  }: Partial<Record<keyof Entry, string | undefined>>): Entry[] =>
    copyOfKey(bucket, Key)?.generation === copy.generation ? [{ Key, VersionId }] : [];
  for await (const page of versionPages(s3, bucket, keyOf(bucket, copy))) {
    versions.push(...(page.Versions ?? []).flatMap(own));
    markers.push(...(page.DeleteMarkers ?? []).flatMap(own));
  }
  for (const { Key, VersionId } of versions) await removeVersion(s3, bucket, Key, VersionId);
  for (const marker of markers) await askS3(bucket, () => s3.delete({ ...addressOf(bucket), ...marker }));
}

/** Removes one version of a key for good, its hold lifted. One that is gone already is no error. */
export async function removeVersion(
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
