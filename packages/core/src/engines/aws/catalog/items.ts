import type { Digest } from '../../../arn/index.js';
import type {
  BookmarkRecord,
  Instant,
  OwnBucket,
  ReferenceRecord,
  RepositoryRecord,
  VersionRecord,
} from '../../../model.js';
import type { ContentCopy, ContentRecord } from '../../../ports/index.js';
import type { VersionFacts } from './hints.js';

export interface RepositoryItem {
  readonly name: string;
  readonly createdAt: Instant;
  readonly state: 'live' | 'deleted';
  /** The deletion that has closed the gates. */
  readonly closing?: string;
  /** Where the contents lie, when not in the store's bucket. It outlives the repository: a name keeps its bucket. */
  readonly ownBucket?: OwnBucket;
}

export function repositoryRecord({ name, createdAt, ownBucket }: RepositoryItem): RepositoryRecord {
  return { name, createdAt, ...(ownBucket === undefined ? {} : { ownBucket }) };
}

export interface ContentItem {
  readonly repository: string;
  readonly digest: Digest;
  readonly generation: number;
  readonly state: ContentRecord['state'];
  /** Bytes; 0 while pending. */
  readonly size: number;
  /** How many versions, not deleted, name it. */
  readonly versions: number;
  /** What S3 stored it as; absent in a bucket without versions, and after a rebuild. */
  readonly objectVersion?: string;
  /** When each lease ends. */
  readonly leases: Readonly<Record<string, Instant>>;
}

export function contentRecord(item: ContentItem): ContentRecord {
  const { size, state } = item;
  return { ...copyOf(item), size, state };
}

export function copyOf({ repository, digest, generation, objectVersion }: ContentItem): ContentCopy {
  return { repository, digest, generation, ...(objectVersion === undefined ? {} : { objectVersion }) };
}

export interface ArtifactItem {
  readonly repository: string;
  readonly id: string;
  /** The highest number ever given. */
  readonly last: number;
  /** The last number that was published; absent once that version is deleted. It may be condemned. */
  readonly latest?: number;
  /** What was published last, whatever became of it. */
  readonly newest?: NewestFacts;
  readonly live: number;
  /** Live or condemned. */
  readonly kept: number;
  /** The numbers of the condemned versions. */
  readonly condemned?: ReadonlySet<number>;
  readonly tick: number;
}

/** A version, and what S3 stored its content as, while that is known to be so: it saves the look at the content. */
export interface NewestFacts extends VersionFacts {
  readonly copy?: StoredAs;
}

/** Where a stored content lies. */
export interface StoredAs {
  readonly generation: number;
  readonly objectVersion: string;
}

/** What a tree was packed to, last. It outlives the content. */
export interface TreeItem {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface VersionItem extends VersionRecord {
  /** How many references and pins there are; their items are the truth, this is what a condition can look at. */
  readonly usages: number;
  readonly bookmarks: number;
  /** When a slot last stopped using it. */
  readonly releasedAt?: Instant;
  /** The tick at which it was published. */
  readonly born: number;
  readonly tick: number;
}

export function factsOf(record: VersionFacts): VersionFacts {
  const { repository, id, number, digest, size, treeDigest, mediaType, publishedAt, publishedBy } = record;
  const { labels, provenance } = record;
  return {
    ...{ repository, id, number, digest, size, mediaType, publishedAt, publishedBy, labels, provenance },
    ...(treeDigest === undefined ? {} : { treeDigest }),
  };
}

export function versionRecord(item: VersionRecord): VersionRecord {
  const { state, condemnedAt, purgeAfter } = item;
  return {
    ...factsOf(item),
    state,
    ...(condemnedAt === undefined ? {} : { condemnedAt }),
    ...(purgeAfter === undefined ? {} : { purgeAfter }),
  };
}

export interface BookmarkItem {
  readonly repository: string;
  readonly id: string;
  readonly name: string;
  /** Absent once the bookmark is deleted. */
  readonly number?: number;
  readonly revision: number;
  readonly movedAt: Instant;
  readonly movedBy: string;
}

export function bookmarkRecord(item: BookmarkItem | undefined): BookmarkRecord | undefined {
  if (item?.number === undefined) return undefined;
  const { repository, id, name, number, revision, movedAt, movedBy } = item;
  return { repository, id, name, number, revision, movedAt, movedBy };
}

export function referenceRecord(item: ReferenceRecord): ReferenceRecord {
  const { kind, version, consumer, slot, deployment, bookmark, since } = item;
  const { repository, id, number } = version;
  return {
    ...{ kind, version: { repository, id, number }, consumer, slot, deployment, since },
    ...(bookmark === undefined ? {} : { bookmark }),
  };
}

/** Oldest first; those of one instant in an order that stays. */
export function inOrder(references: readonly ReferenceRecord[]): ReferenceRecord[] {
  const text = ({ since, kind, consumer, slot, deployment, version }: ReferenceRecord): string =>
    JSON.stringify([since, consumer, slot, version.repository, version.id, version.number, kind, deployment]);
  return references
    .map((reference) => [text(reference), reference] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, reference]) => reference);
}
