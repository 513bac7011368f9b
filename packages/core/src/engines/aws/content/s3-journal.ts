import { createHash, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { HoldfastError } from '../../../errors.js';
import type { Journal, JournalEntry, JournalLine } from '../../../ports/index.js';
import {
  addressOf,
  askS3,
  base64Of,
  copyOfKey,
  keyOf,
  repositoryPrefix,
  type ContentBucket,
} from './bucket.js';
import type { S3Api } from './client.js';
import { storedVersion, versionPages, type StoredVersion } from './object-versions.js';
import { VERSION_METADATA, versionOfMetadata } from './version-metadata.js';

/** How many objects are asked at once. */
const AT_ONCE = 32;

/**
 * The journal of a repository in the bucket of its contents: one object for each batch of lines, written once and held like a content,
 * under a name that begins with its time.
 */
export class S3Journal implements Journal {
  readonly #s3: S3Api;
  readonly #home: ContentBucket;
  readonly #bucketOf: (repository: string) => Promise<ContentBucket>;

  constructor(s3: S3Api, home: ContentBucket, bucketOf: (repository: string) => Promise<ContentBucket>) {
    this.#s3 = s3;
    this.#home = home;
    this.#bucketOf = bucketOf;
  }

  async note(repository: string, lines: readonly JournalLine[]): Promise<void> {
    const bucket = await this.#bucketOf(repository);
    const body = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const instant = new Date().toISOString();
    await askS3(bucket, () =>
      this.#s3.put({
        ...addressOf(bucket),
        Key: `${journalPrefix(bucket, repository)}${instant}-${randomUUID()}.jsonl`,
        Body: body,
        ContentLength: body.length,
        ContentType: 'application/jsonl',
        ChecksumAlgorithm: 'SHA256',
        ChecksumSHA256: base64Of(createHash('sha256').update(body).digest()),
        IfNoneMatch: '*',
        ...(bucket.objectLock ? { ObjectLockLegalHoldStatus: 'ON' } : {}),
      }),
    );
  }

  async *read(repository: string): AsyncIterable<JournalEntry> {
    const bucket = await this.#bucketOf(repository);
    const notes = versionsBelow(this.#s3, bucket, journalPrefix(bucket, repository));
    for await (const lines of inChunks(notes, (version) => this.#linesOf(bucket, version))) {
      for (const line of lines) yield { line, source: 'journal' };
    }
    const contents = versionsBelow(this.#s3, bucket, repositoryPrefix(bucket, repository));
    for await (const line of inChunks(contents, (version) => this.#saidBy(bucket, version))) {
      if (line !== undefined) yield { line, source: 'upload' };
    }
  }

  async repositories(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const part of ['content', 'journal']) {
      const beginning = `${this.#home.prefix}${part}/`;
      for await (const page of versionPages(this.#s3, this.#home, beginning, '/')) {
        for (const { Prefix = '' } of page.CommonPrefixes ?? [])
          names.add(Prefix.slice(beginning.length, -1));
      }
    }
    return [...names].toSorted();
  }

  async #linesOf(bucket: ContentBucket, { key, objectVersion }: StoredVersion): Promise<JournalLine[]> {
    const { Body } = await askS3(bucket, () =>
      this.#s3.get({ ...addressOf(bucket), Key: key, VersionId: objectVersion }),
    );
    const text = (await buffer(Body as Readable)).toString('utf8');
    try {
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JournalLine]));
    } catch (cause) {
      throw new HoldfastError('corrupt', `${key} in the bucket "${bucket.name}" is no journal of Holdfast`, {
        hint: 'Look who else writes to the bucket. Nothing was changed.',
        cause,
      });
    }
  }

  /** What the object was uploaded for; nothing of further keys of a copy, and of objects that Holdfast did not write. */
  async #saidBy(
    bucket: ContentBucket,
    { key, objectVersion, size }: StoredVersion,
  ): Promise<JournalLine | undefined> {
    const copy = copyOfKey(bucket, key);
    if (copy === undefined || keyOf(bucket, copy) !== key) return undefined;
    const { Metadata } = await askS3(bucket, () =>
      this.#s3.head({ ...addressOf(bucket), Key: key, VersionId: objectVersion }),
    );
    return versionOfMetadata(Metadata?.[VERSION_METADATA], { digest: copy.digest, size });
  }
}

const journalPrefix = ({ prefix }: ContentBucket, repository: string): string =>
  `${prefix}journal/${repository}/`;

/** The first version of each key: what was written there; later ones would be others'. In the order of the keys. */
async function* versionsBelow(
  s3: S3Api,
  bucket: ContentBucket,
  prefix: string,
): AsyncGenerator<StoredVersion> {
  let last: StoredVersion | undefined;
  for await (const page of versionPages(s3, bucket, prefix)) {
    for (const version of page.Versions ?? []) {
      const found = storedVersion(version);
      if (last !== undefined && last.key !== found.key) yield last;
      last = found;
    }
  }
  if (last !== undefined) yield last;
}

/** The results in the order of the items; a list as a result is one result. */
async function* inChunks<Item, Result>(
  items: AsyncIterable<Item>,
  task: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < AT_ONCE) continue;
    yield* await Promise.all(chunk.map(task));
    chunk = [];
  }
  yield* await Promise.all(chunk.map(task));
}
