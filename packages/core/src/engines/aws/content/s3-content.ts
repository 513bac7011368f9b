import { Readable } from 'node:stream';
import { HoldfastError } from '../../../errors.js';
import type { Location } from '../../../model.js';
import type { ByteSource, ContentCopy, ContentStorage, UploadNote } from '../../../ports/index.js';
import { DistinctCopies } from '../../locate.js';
import { failureName } from '../failures.js';
import { abortUploadsBegunBefore } from './abandoned-uploads.js';
import {
  addressOf,
  copyOfKey,
  keyOf,
  repositoryPrefix,
  translateS3Failure,
  type ContentBucket,
} from './bucket.js';
import type { S3Api } from './client.js';
import { findObject } from './find-object.js';
import { newestVersion, versionPages } from './object-versions.js';
import { readOn, type BegunRead } from './read-object.js';
import { removeCopy } from './remove-copy.js';
import { repairCopy } from './repair-copy.js';
import { storeCopy } from './store-copy.js';

/** Bytes that one request carries. Longer contents go up in parts of this size. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Contents in an S3 bucket, one object per copy.
 *
 * A key is written once: S3 itself refuses a second writer, so that no copy is ever replaced. Where the bucket has Object Lock,
 * a copy is held from its upload on, and only {@link delete} lifts that (docs/decisions/0007-held-from-upload.md).
 */
export class S3Content implements ContentStorage {
  readonly #s3: S3Api;
  readonly #bucket: ContentBucket;
  readonly #partBytes: number;

  constructor(s3: S3Api, bucket: ContentBucket, { partBytes = PART_BYTES } = {}) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#partBytes = partBytes;
  }

  async has(copy: ContentCopy): Promise<number | undefined> {
    return (await findObject(this.#s3, this.#bucket, keyOf(this.#bucket, copy)))?.size;
  }

  async put(copy: ContentCopy, source: ByteSource, note?: UploadNote): Promise<void> {
    await storeCopy(this.#s3, this.#bucket, copy, keyOf(this.#bucket, copy), source, this.#partBytes, note);
  }

  async repair(copy: ContentCopy, source: ByteSource): Promise<string | undefined> {
    return repairCopy(this.#s3, this.#bucket, copy, source, this.#partBytes);
  }

  async open(copy: ContentCopy): Promise<Readable> {
    const key = keyOf(this.#bucket, copy);
    const begun = (await this.#get(key)) ?? (await this.#getHidden(key));
    if (begun === undefined) {
      throw new HoldfastError(
        'not-found',
        `content ${copy.digest} is not in the bucket "${this.#bucket.name}"`,
      );
    }
    return readOn(this.#s3, this.#bucket, begun);
  }

  async delete(copy: ContentCopy): Promise<void> {
    await removeCopy(this.#s3, this.#bucket, copy);
  }

  async *list(repository: string): AsyncIterable<ContentCopy> {
    const prefix = repositoryPrefix(this.#bucket, repository);
    const distinct = new DistinctCopies();
    for await (const page of versionPages(this.#s3, this.#bucket, prefix)) {
      for (const { Key } of page.Versions ?? []) {
        const parsed = Key === undefined ? undefined : copyOfKey(this.#bucket, Key);
        const copy = parsed === undefined ? undefined : distinct.next(parsed);
        if (copy !== undefined) yield copy;
      }
    }
  }

  async removeAbandoned(before: Date, repository: string): Promise<number> {
    return abortUploadsBegunBefore(this.#s3, this.#bucket, repository, before);
  }

  async checkLocatable(): Promise<void> {
    // A bucket is always a place.
  }

  /** With the object version where the copy is stored, so that a delete marker cannot hide it; without, where it would be. */
  async locate(copy: ContentCopy, ending?: string): Promise<Location> {
    const { region, name: bucket } = this.#bucket;
    const key = keyOf(this.#bucket, copy, ending);
    if (ending === undefined && copy.objectVersion !== undefined) {
      return { region, bucket, key, objectVersion: copy.objectVersion };
    }
    let found = await findObject(this.#s3, this.#bucket, key);
    if (found === undefined && ending !== undefined) {
      await this.#addEnding(copy, key);
      found = await findObject(this.#s3, this.#bucket, key);
    }
    const objectVersion = found?.objectVersion ?? 'null';
    return { region, bucket, key, ...(objectVersion === 'null' ? {} : { objectVersion }) };
  }

  /**
   * Writes the copy to a further key: through this machine and not within S3, so that it is verified, held and written once by the very
   * same steps, whatever its size.
   */
  async #addEnding(copy: ContentCopy, key: string): Promise<void> {
    const stored = await findObject(this.#s3, this.#bucket, keyOf(this.#bucket, copy));
    const open = (): Readable => Readable.from(this.#read(copy), { objectMode: false });
    const source = stored === undefined ? { open } : { open, size: stored.size };
    await storeCopy(this.#s3, this.#bucket, copy, key, source, this.#partBytes);
  }

  async *#read(copy: ContentCopy): AsyncGenerator<Buffer> {
    for await (const chunk of await this.open(copy)) yield chunk as Buffer;
  }

  async #get(key: string, objectVersion?: string): Promise<BegunRead | undefined> {
    try {
      const answer = await this.#s3.get({
        ...addressOf(this.#bucket),
        Key: key,
        ...(objectVersion === undefined ? {} : { VersionId: objectVersion }),
      });
      return {
        key,
        body: answer.Body as Readable,
        size: answer.ContentLength ?? 0,
        objectVersion: objectVersion ?? answer.VersionId,
      };
    } catch (error) {
      if (['NoSuchKey', 'NoSuchVersion'].includes(failureName(error))) return undefined;
      throw translateS3Failure(error, this.#bucket);
    }
  }

  /** The newest version behind a delete marker. */
  async #getHidden(key: string): Promise<BegunRead | undefined> {
    const version = await newestVersion(this.#s3, this.#bucket, key);
    return version === undefined ? undefined : this.#get(key, version.objectVersion);
  }
}
