import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { HoldfastError } from '../../../errors.js';
import type { ByteSource, ContentCopy } from '../../../ports/index.js';
import { addressOf, askS3, copyOfKey, keyOf, type ContentBucket } from './bucket.js';
import type { S3Api } from './client.js';
import { storedVersion, versionPages, type StoredVersion } from './object-versions.js';
import { removeVersion } from './remove-copy.js';
import { storeCopy } from './store-copy.js';

/**
 * Removes the damaged object versions of a copy, under all of its keys, and stores good bytes where none are left. What an object says of
 * itself is not believed: every version is read. Returns the object version that is good.
 *
 * The source is read before anything goes. Locations that name a damaged version break; what they gave was not the content.
 */
export async function repairCopy(
  s3: S3Api,
  bucket: ContentBucket,
  copy: ContentCopy,
  source: ByteSource,
  leastPartBytes: number,
): Promise<string | undefined> {
  const found = `sha256:${await digestOf(source.open())}`;
  if (found !== copy.digest) {
    throw new HoldfastError('corrupt', `the bytes to store have digest ${found}, not ${copy.digest}`);
  }
  const versions: StoredVersion[] = [];
  for await (const page of versionPages(s3, bucket, keyOf(bucket, copy))) {
    for (const version of page.Versions ?? []) {
      if (copyOfKey(bucket, version.Key ?? '')?.generation === copy.generation) {
        versions.push(storedVersion(version));
      }
    }
  }
  const good = new Map<string, string>();
  for (const version of versions) {
    const { key, objectVersion } = version;
    if ((await digestOfVersion(s3, bucket, version)) === copy.digest) good.set(key, objectVersion);
    else await removeVersion(s3, bucket, key, objectVersion);
  }
  for (const key of new Set([keyOf(bucket, copy), ...versions.map((version) => version.key)])) {
    if (good.has(key)) continue;
    const storedAs = (objectVersion: string): unknown => good.set(key, objectVersion);
    await storeCopy(s3, bucket, copy, key, source, leastPartBytes, { kept: () => undefined, storedAs });
  }
  const objectVersion = good.get(keyOf(bucket, copy));
  return objectVersion === 'null' ? undefined : objectVersion;
}

async function digestOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function digestOfVersion(s3: S3Api, bucket: ContentBucket, version: StoredVersion): Promise<string> {
  const { key: Key, objectVersion: VersionId } = version;
  const { Body } = await askS3(bucket, () => s3.get({ ...addressOf(bucket), Key, VersionId }));
  return `sha256:${await digestOf(Body as Readable)}`;
}
