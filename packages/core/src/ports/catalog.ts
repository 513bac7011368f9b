import type { Digest } from '../arn/index.js';
import type {
  ArtifactRecord,
  BookmarkMove,
  BookmarkRecord,
  Instant,
  OwnBucket,
  Provenance,
  ReferenceRecord,
  RepositoryRecord,
  Usage,
  VersionKey,
  VersionRecord,
} from '../model.js';
import type { ContentCopy } from './content-storage.js';
import type { EventCatalog } from './event-catalog.js';
import type { FoundVersion, KnownTree } from './found-version.js';
import type { LifecycleCatalog } from './lifecycle-catalog.js';
import type { PolicyCatalog } from './policy-catalog.js';

/** Who acts and when; the caller's clock, so that tests can turn it. */
export interface Actor {
  readonly by: string;
  readonly at: Instant;
}

/** A page of a listing: what comes after the given key, at most `limit` entries. */
export interface Page<Key> {
  readonly after?: Key;
  readonly limit: number;
}

export interface LeaseKey {
  readonly repository: string;
  readonly digest: Digest;
  /** Any text that nobody else uses. */
  readonly lease: string;
}

export interface LeaseInput extends LeaseKey {
  readonly expiresAt: Instant;
  /** The generation that a content begins with which the catalog does not know: that of a copy which is there. 1 when absent. */
  readonly generation?: number;
}

export interface Lease {
  /** The copy to upload to, or to use when `stored`. */
  readonly generation: number;
  readonly stored: boolean;
  /** Bytes; known when stored. */
  readonly size?: number;
}

export interface RecordVersionInput extends Actor {
  /** The lease under which the content was uploaded; absent when it is expected to be stored already. */
  readonly lease?: string;
  /** The object version that the upload was stored as, for an engine that remembers it with the content. */
  readonly objectVersion?: string;
  readonly repository: string;
  readonly id: string;
  readonly digest: Digest;
  readonly size: number;
  readonly treeDigest?: string;
  /** What {@link Catalog.hasShape} finds the tree by. */
  readonly treeShape?: string;
  readonly mediaType: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
}

export type RecordVersionResult =
  /** `existing`: the artifact has this content already. `restored`: it had, condemned, and it is live again. */
  | { readonly outcome: 'created' | 'existing' | 'restored'; readonly version: VersionRecord }
  /** No lease was given and the content is not stored: nothing was recorded, and the content must be uploaded. */
  | { readonly outcome: 'content-needed' }
  /** The lease expired and was swept: nothing was recorded, and the upload must begin again. */
  | { readonly outcome: 'lease-lost' };

type Found = readonly (FoundVersion | undefined)[];
type KnownTrees = readonly (KnownTree | undefined)[];

/** Names an artifact's version by its content: there is at most one that is not deleted. */
export interface VersionOfContent {
  readonly repository: string;
  readonly id: string;
  readonly digest: Digest;
}

export type CondemnResult =
  | { readonly outcome: 'condemned' | 'already-condemned'; readonly version: VersionRecord }
  | { readonly outcome: 'in-use'; readonly version: VersionRecord; readonly usage: Usage }
  | { readonly outcome: 'absent' };

export type RestoreResult =
  | { readonly outcome: 'restored' | 'already-live'; readonly version: VersionRecord }
  | { readonly outcome: 'absent' };

export interface MoveBookmarkInput extends Actor {
  readonly repository: string;
  readonly id: string;
  readonly name: string;
  /** The version to stand on; absent deletes the bookmark. */
  readonly to?: number;
  /** Compare-and-set: the number that it must stand on now, or `null` when it must not exist. Absent: whatever it is. */
  readonly expected?: number | null;
}

export type MoveBookmarkResult =
  | { readonly outcome: 'moved' | 'unchanged'; readonly bookmark: BookmarkRecord }
  | { readonly outcome: 'deleted' }
  | { readonly outcome: 'conflict'; readonly current: number | null }
  /** The target version is not live, or the bookmark to delete does not exist. */
  | { readonly outcome: 'absent' };

export interface PinInput extends Actor {
  readonly consumer: string;
  readonly deployment: string;
  readonly pins: readonly {
    readonly version: VersionKey;
    readonly slot: string;
    readonly bookmark?: string;
  }[];
}

export type PinResult =
  | { readonly outcome: 'pinned' }
  /** These versions are not live; nothing was pinned. */
  | { readonly outcome: 'not-live'; readonly versions: readonly VersionKey[] };

/** What a consumer holds, and the token that says whether anyone changed it since. */
export interface ConsumerRecord {
  readonly consumer: string;
  /** 0 for a consumer that was never seen. */
  readonly revision: number;
  readonly references: readonly ReferenceRecord[];
}

export interface SettleInput extends Actor {
  readonly consumer: string;
  /** The consumer's revision when the evidence was gathered; another one now is a conflict. */
  readonly revision: number;
  readonly deployment: string;
  /** What the evidence says is used. Condemned versions among them become live again. */
  readonly references: readonly {
    readonly version: VersionKey;
    readonly slot: string;
    readonly bookmark?: string;
  }[];
  /** Whether references that are not listed go (`replace`) or stay (`add`). */
  readonly mode: 'replace' | 'add';
  /** The deployments whose pins go. Pins of others stay, also those placed while the evidence was gathered. */
  readonly releasePins: readonly string[];
}

export type SettleResult =
  | {
      readonly outcome: 'settled';
      readonly added: readonly ReferenceRecord[];
      readonly released: readonly ReferenceRecord[];
    }
  | { readonly outcome: 'conflict' }
  /** The evidence names versions that are deleted or were never there. Nothing was changed. */
  | { readonly outcome: 'absent'; readonly versions: readonly VersionKey[] };

export interface ContentRecord extends ContentCopy {
  /** Bytes; 0 while pending. */
  readonly size: number;
  readonly state: 'pending' | 'stored' | 'removing' | 'removed';
}

export interface SweepPlan {
  /** Condemned, and their window has ended. */
  readonly versions: readonly VersionRecord[];
  /** No other version and no lease names them. */
  readonly contents: readonly ContentRecord[];
}

/**
 * The catalog of all repositories of one account and region.
 *
 * Every method is one atomic step of the engine: what it reads and what it changes cannot be separated by anybody, and what it
 * acknowledged survives a kill. Events are written to the outbox in the same step. Every method throws `access-denied` when it was
 * refused, and then changed nothing, and `unavailable` when no definite answer could be had: then it may have changed what it
 * was asked to, or nothing, and repeating it is safe.
 */
export interface Catalog extends LifecycleCatalog, PolicyCatalog, EventCatalog {
  /**
   * A repository that is there already is left as it is. Throws `conflict` when one of this name was deleted whose contents lay in another
   * bucket: a name keeps its bucket, so that whoever still works with the old one cannot store there for the new; and `unsupported` for
   * a bucket where the engine takes none.
   */
  createRepository(name: string, actor: Actor, ownBucket?: OwnBucket): Promise<{ created: boolean }>;
  getRepository(name: string): Promise<RepositoryRecord | undefined>;
  listRepositories(): Promise<readonly RepositoryRecord[]>;
  /** Refused as `not-empty` while a version is live or condemned, or bytes are left to remove. Numbers stay taken should it be created again. */
  deleteRepository(name: string, actor: Actor): Promise<{ outcome: 'deleted' | 'not-empty' | 'absent' }>;

  /** Protects a content from the sweep, whether it is stored already or about to be. Absent repositories throw `not-found`. */
  leaseContent(input: LeaseInput): Promise<Lease>;
  /** The same for many of one repository. */
  leaseContents(inputs: readonly LeaseInput[]): Promise<readonly Lease[]>;
  releaseLease(lease: LeaseKey): Promise<void>;
  /**
   * Makes or finds the artifact's version of a content. With a lease it first says that the content is stored, and ends the
   * lease. A version that exists and is live costs no write. Absent repositories throw `not-found`.
   */
  recordVersion(input: RecordVersionInput): Promise<RecordVersionResult>;
  /** The same for many of one repository. Each is recorded whole or not at all; it is no step that takes in all of them. */
  recordVersions(inputs: readonly RecordVersionInput[]): Promise<readonly RecordVersionResult[]>;
  /** Takes an artifact's numbers up to this one, for no version, as far as they are not taken. Absent repositories throw `not-found`. */
  reserveNumbers(repository: string, id: string, upTo: number): Promise<void>;
  /** The number that an artifact's next version gets unless somebody else is faster, by what {@link findVersions} saw: a guess that asks nobody. */
  nextNumber?(repository: string, id: string): number;
  /**
   * For each tree, the content that a version was packed to. A hint: that content may be gone by now. With the artifacts that the trees
   * are about to become versions of, also that version, where an engine sees it by the way: when it is the artifact's newest.
   */
  findTrees(repository: string, trees: readonly string[], ids?: readonly string[]): Promise<KnownTrees>;

  /**
   * Whether a version is, or was, of a tree of that shape. A hint: false for a tree that is only known from elsewhere, or was
   * published before shapes were recorded; and then for as long as nobody publishes that content again.
   */
  hasShape(repository: string, shape: string): Promise<boolean>;

  /** What was published last to each artifact, where that is live. Asked together with {@link findTrees} it is no request of its own. */
  newestVersions?(repository: string, ids: readonly string[]): Promise<Found>;

  /** Any state; undefined when the number was never given. */
  getVersion(key: VersionKey): Promise<VersionRecord | undefined>;
  /** For each, the artifact's live version of that content. */
  findVersions(wanted: readonly VersionOfContent[]): Promise<Found>;
  /** The artifact's live version with the highest number. */
  latestVersion(repository: string, id: string): Promise<VersionRecord | undefined>;
  /** Live versions of a content, newest first; if wanted the condemned ones after them. */
  versionsOfContent(
    repository: string,
    digest: Digest,
    condemnedToo?: boolean,
  ): Promise<readonly VersionRecord[]>;
  /**
   * Artifacts that have a version, live or condemned, in order of their ID. With a prefix, those whose ID is the prefix or
   * begins with it and a slash.
   */
  listArtifacts(
    repository: string,
    prefix: string | undefined,
    page: Page<string>,
  ): Promise<readonly ArtifactRecord[]>;
  /** An artifact's versions in order of their number, those deleted left out. */
  listVersions(repository: string, id: string, page: Page<number>): Promise<readonly VersionRecord[]>;

  getBookmark(repository: string, id: string, name: string): Promise<BookmarkRecord | undefined>;
  listBookmarks(repository: string, id: string): Promise<readonly BookmarkRecord[]>;
  bookmarkHistory(repository: string, id: string, name: string): Promise<readonly BookmarkMove[]>;
  moveBookmark(input: MoveBookmarkInput): Promise<MoveBookmarkResult>;

  /** All or none. */
  pin(input: PinInput): Promise<PinResult>;
  /** Moves a deployment's pins from the consumer without ID to the one with. Repeating it changes nothing. */
  bindPins(from: string, deployment: string, to: string): Promise<void>;
  /** Adds before it removes: at no instant is a version that was and stays used without a reference. */
  settle(input: SettleInput): Promise<SettleResult>;
  getConsumer(consumer: string): Promise<ConsumerRecord>;
  listConsumers(page: Page<string>): Promise<readonly string[]>;
  usageOf(key: VersionKey): Promise<Usage>;

  /**
   * Deletion's one step: without a reference, a pin or a bookmark the version is condemned, otherwise nothing changes but the outbox. A refusal
   * for a usage that `untold` takes is not told there either: the caller knows what to do about it.
   */
  condemnVersion(
    key: VersionKey,
    purgeAfter: Instant,
    actor: Actor,
    untold?: (usage: Usage) => boolean,
  ): Promise<CondemnResult>;
  restoreVersion(key: VersionKey, actor: Actor): Promise<RestoreResult>;

  /** What {@link purgeVersions} and {@link startRemovals} would take at this instant; changes nothing. */
  planSweep(repository: string, at: Instant): Promise<SweepPlan>;
  /** Makes condemned versions whose window has ended deleted. */
  purgeVersions(repository: string, actor: Actor): Promise<readonly VersionRecord[]>;
  /** Drops expired leases, then begins the removal of every content that no version and no lease names. */
  startRemovals(repository: string, actor: Actor): Promise<void>;
  /** Removals begun and not finished, of any sweep. */
  listRemovals(repository: string): Promise<readonly (ContentCopy & { readonly size: number })[]>;
  finishRemoval(copy: ContentCopy): Promise<void>;
  getContent(repository: string, digest: Digest): Promise<ContentRecord | undefined>;
  /** Whether anybody holds a lease on the content; one that has expired counts until {@link startRemovals} has dropped it. */
  isLeased(repository: string, digest: Digest): Promise<boolean>;
  /** Remembers that a stored copy has another object version now, where an engine remembers them. */
  replaceObjectVersion?(copy: ContentCopy, objectVersion: string): Promise<void>;
  /** Contents in order of their digest. */
  listContents(repository: string, page: Page<Digest>): Promise<readonly ContentRecord[]>;

  close(): Promise<void>;
}
