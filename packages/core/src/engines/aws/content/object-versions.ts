import type { ListObjectVersionsCommandOutput, ObjectVersion } from '@aws-sdk/client-s3';
import { addressOf, askS3, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';

/** One version of an object. In a bucket without versioning its ID is `null`, as text. */
export interface StoredVersion {
  readonly key: string;
  readonly objectVersion: string;
  readonly size: number;
}

/** Everything that S3 keeps under keys with a prefix, page by page: versions, newest first for each key, and delete markers. With a
 * delimiter, what keys have up to it instead. */
export async function* versionPages(
  s3: S3Api,
  bucket: ContentBucket,
  prefix: string,
  delimiter?: string,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  const grouped = delimiter === undefined ? {} : { Delimiter: delimiter };
  let from: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await askS3(bucket, () =>
      s3.listVersions({ ...addressOf(bucket), Prefix: prefix, ...grouped, ...from }),
    );
    yield page;
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return;
    from = {
      KeyMarker: page.NextKeyMarker,
      ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

/** The newest version of exactly this key, also behind a delete marker; undefined when there definitely is none. */
export async function newestVersion(
  s3: S3Api,
  bucket: ContentBucket,
  key: string,
): Promise<StoredVersion | undefined> {
  for await (const page of versionPages(s3, bucket, key)) {
    const versions = (page.Versions ?? []).filter(({ Key }) => Key === key);
    const newest = versions.find(({ IsLatest }) => IsLatest === true) ?? versions[0];
    if (newest !== undefined) return storedVersion(newest);
    // Keys come in order, and a key comes before those that only begin with it.
    if ([...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].some(({ Key }) => Key !== key))
      return undefined;
  }
  return undefined;
}

export function storedVersion({ Key, VersionId, Size }: ObjectVersion): StoredVersion {
  return { key: Key ?? '', objectVersion: VersionId ?? 'null', size: Size ?? 0 };
}
