import type { StoreCaller } from '../engines/guard/guard.js';
import type { Readable } from 'node:stream';
import type { Digest } from '../arn/index.js';
import type { ProgressListener } from '../events/index.js';
import type {
  ArtifactRecord,
  BookmarkRecord,
  FormerUse,
  Instant,
  Provenance,
  ReferenceRecord,
  Version,
  VersionKey,
} from '../model.js';
import type { ByteSource, ContentCopy, EngineOptions } from '../ports/index.js';

export interface StoreOptions extends EngineOptions {
  /** Who acts, as it is recorded; the operating system's user name by default. */
  readonly by?: string;
  /** Whom an embedded store is opened as; its policies decide what that one may do. Whoever is nobody may do everything. */
  readonly caller?: StoreCaller;
  readonly clock?: () => Date;
  readonly onEvent?: ProgressListener;
  /** Milliseconds during which a deleted version can be restored; seven days by default. */
  readonly recoveryWindowMs?: number;
  /** Milliseconds after which an interrupted publish no longer protects its content; one hour by default. */
  readonly leaseMs?: number;
  /**
   * The folder where this machine remembers the directories that it published, so that an unchanged one is recognised
   * without reading its files, and a changed one is packed faster; the user's cache folder by default. It may be removed
   * at any time. `false`: nothing is remembered, and every file is read.
   */
  readonly cache?: string | false;
}

/**
 * What to publish.
 *
 * - `path`: a file as it is, or with `zip` in a zip of its own; a directory as a deterministic zip
 * - `bytes`, `stream`: as they are; a stream is spooled to disk, never held in memory
 * - `digest`: a content that the repository has already; no byte is read
 */
export type PublishSource =
  | { readonly kind: 'path'; readonly path: string; readonly zip?: boolean }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly stream: Readable }
  | { readonly kind: 'digest'; readonly digest: Digest };

export interface PublishInput {
  readonly id: string;
  /** `default` when absent. */
  readonly repository?: string;
  readonly source: PublishSource;
  /** An IANA media type; guessed from the file name, `application/zip` for a directory, else `application/octet-stream`. */
  readonly mediaType?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly provenance?: Provenance;
  /** Very likely nobody has published this content: the look for it is left out. What is published, and the answer, are the same. */
  readonly likelyNew?: boolean;
}

export interface PublishResult {
  readonly version: Version;
  /** `existing`: the artifact has had this content; `restored`: it was condemned and is live again. */
  readonly outcome: 'created' | 'existing' | 'restored';
  /** Whether bytes moved into the store. */
  readonly uploaded: boolean;
  /** Where the content was stored a moment ago, if publishing learned of it: {@link ArtifactStore.locate} then asks nobody. */
  readonly copy?: ContentCopy;
}

/** A version, and the bookmark ARN that led to it. */
export interface Resolution {
  readonly version: Version;
  readonly through?: string;
}

export interface PinRequest {
  readonly consumer: string;
  readonly deployment: string;
  readonly pins: readonly {
    /** With an ARN of another store, by {@link ArtifactStore.pin}, a version of that store. */
    readonly version: VersionKey & { readonly arn?: string };
    readonly slot: string;
    /** The bookmark's name that the use came through. */
    readonly bookmark?: string;
  }[];
}

export interface SettleRequest {
  readonly consumer: string;
  /** From {@link ArtifactStore.consumer}, read before the evidence was gathered. */
  readonly revision: number;
  readonly deployment: string;
  readonly references: PinRequest['pins'];
  readonly mode: 'replace' | 'add';
  /** The deployments whose pins go; take them from the consumer as it was read before the evidence was gathered. */
  readonly releasePins: readonly string[];
}

export interface SettleReport {
  readonly added: readonly ReferenceRecord[];
  readonly released: readonly ReferenceRecord[];
}

/** What a region has to say about a version that has a replica there. */
export interface ReplicaUse {
  readonly region: string;
  /** The references and pins that the region knows of. */
  readonly users: readonly ReferenceRecord[];
  /** Why the region could not be asked; then there may be others. */
  readonly doubt?: string;
}

/** One reason why a version is kept. */
export type KeepReason =
  | { readonly kind: 'reference' | 'pin'; readonly reference: ReferenceRecord }
  | { readonly kind: 'bookmark'; readonly bookmark: BookmarkRecord }
  /** It has a replica that its region uses, or that could not be asked about. */
  | ({ readonly kind: 'replica' } & ReplicaUse)
  /** A slot used it before; the lifecycle keeps so many of them for rollback. */
  | { readonly kind: 'rollback'; readonly former: FormerUse; readonly keeps: number }
  /** A rule of the repository's lifecycle, counted from 1, and why it keeps the version. */
  | { readonly kind: 'lifecycle'; readonly rule: number; readonly text: string }
  /** Nobody asked for its deletion, and no rule of a lifecycle covers it. */
  | { readonly kind: 'not-deleted' }
  | { readonly kind: 'recovery-window'; readonly until: Instant };

export interface Explanation {
  readonly version: Version;
  readonly reasons: readonly KeepReason[];
}

export interface DeleteReport {
  readonly version: Version;
  readonly outcome: 'condemned' | 'already-condemned';
}

/** Who uses an artifact, a version, a content, or what a bookmark led to. */
export interface WhereUsed {
  /** What was asked about. */
  readonly arn: string;
  readonly references: readonly ReferenceRecord[];
  readonly bookmarks: readonly BookmarkRecord[];
  /** Regions that could not be asked who uses the replicas there: then there may be others. */
  readonly unanswered: readonly { readonly region: string; readonly doubt: string }[];
}

/** What gc did, or with `dryRun` would do, with one version or content, and why. */
export interface GcItem {
  /** A version or content ARN. */
  readonly arn: string;
  /** `condemn`: the lifecycle deletes it; it can be restored until its recovery window ends. `remove`: gone for ever. */
  readonly action: 'keep' | 'condemn' | 'remove';
  readonly reason: string;
  /** The region of a replica, when it is about that and not about the version itself. */
  readonly replicaIn?: string;
  /** Bytes that the item stands for; only contents that are removed count as freed. */
  readonly size: number;
}

export interface GcReport {
  readonly dryRun: boolean;
  readonly items: readonly GcItem[];
  readonly freedBytes: number;
  /** Bytes of the versions that are condemned; what of it is freed after their window depends on who else names the contents. */
  readonly condemnedBytes: number;
}

export interface VerifyProblem {
  readonly arn: string;
  readonly problem: 'missing' | 'corrupt' | 'unknown' | 'tree-digest-differs';
  readonly repaired: boolean;
}

export interface VerifyReport {
  readonly contents: number;
  readonly bytes: number;
  readonly problems: readonly VerifyProblem[];
}

/** Finds good bytes for a digest somewhere else; undefined when it has none. What it yields is checked. */
export type RepairSource = (digest: Digest) => Promise<ByteSource | undefined>;

export type ArtifactSummary = ArtifactRecord & { readonly arn: string };
export type Bookmark = BookmarkRecord & { readonly arn: string };

/** Which repository a short name is looked up in; `default` when absent. ARNs name their own. */
export interface InRepository {
  readonly repository?: string;
}
