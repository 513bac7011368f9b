import type { Digest } from './arn/index.js';

/** An instant as ISO 8601 in UTC with milliseconds, so that text order is time order. */
export type Instant = string;

/** Where a version came from, as far as it could be found. Every field is optional. */
export interface Provenance {
  /** The full commit hash of the source tree. */
  readonly commit?: string;
  /** True when the source tree had changes that were not committed. */
  readonly dirty?: boolean;
  /** The remote's URL, without user information. */
  readonly repositoryUrl?: string;
  /** The CI run's URL. */
  readonly ciRun?: string;
  /** The tool and its version that published, such as `holdfast/1.2.0`. */
  readonly tool?: string;
}

/** The three values that name a version within a store. */
export interface VersionKey {
  readonly repository: string;
  readonly id: string;
  readonly number: number;
}

/**
 * - `live`: can be used
 * - `condemned`: deleted, and can be restored until `purgeAfter`
 * - `deleted`: gone for ever; its number stays taken
 */
export type VersionState = 'live' | 'condemned' | 'deleted';

/** What the catalog keeps of a version. */
export interface VersionRecord extends VersionKey {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The digest of the directory that the content was packed from. */
  readonly treeDigest?: string;
  readonly mediaType: string;
  readonly state: VersionState;
  readonly publishedAt: Instant;
  readonly publishedBy: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  /** Present unless the version is live. */
  readonly condemnedAt?: Instant;
  /** The end of the recovery window; present unless the version is live. */
  readonly purgeAfter?: Instant;
}

/** A version with its ARN, as users see it. */
export interface Version extends VersionRecord {
  readonly arn: string;
}

/** A bucket of the user's own that a repository's contents lie in, for as long as the repository's name is in use. */
export interface OwnBucket {
  readonly name: string;
  /** What every key begins with; ends with a slash. Nothing outside is ever touched. */
  readonly prefix: string;
  /** Whether S3 holds what is stored, so that nobody can delete it. */
  readonly objectLock: boolean;
}

export interface RepositoryRecord {
  readonly name: string;
  readonly createdAt: Instant;
  /** Absent for a repository whose contents lie where the store's do. */
  readonly ownBucket?: OwnBucket;
}

export interface ArtifactRecord {
  readonly repository: string;
  readonly id: string;
  /** The highest live version's number; absent when no version is live. */
  readonly latest?: number;
  /** How many versions are live. */
  readonly versions: number;
}

export interface BookmarkRecord {
  readonly repository: string;
  readonly id: string;
  readonly name: string;
  /** The version number that it stands on now. */
  readonly number: number;
  /** How often it was moved, counted from 1; the token for compare-and-set by history. */
  readonly revision: number;
  readonly movedAt: Instant;
  readonly movedBy: string;
}

/** One entry of a bookmark's history. `from` is absent when it was set anew, `to` when it was deleted. */
export interface BookmarkMove {
  readonly revision: number;
  readonly from?: number;
  readonly to?: number;
  readonly at: Instant;
  readonly by: string;
}

/**
 * The fact that a slot of a consumer uses a version (`reference`), or that a deployment is about to (`pin`).
 */
export interface ReferenceRecord {
  readonly kind: 'reference' | 'pin';
  readonly version: VersionKey;
  /** An ARN; nearly always a CloudFormation stack ID. A stack that does not exist yet has no ID: then its ARN without the last part. */
  readonly consumer: string;
  /** `LogicalId.Property.Path`. */
  readonly slot: string;
  /** The deployment that made it. */
  readonly deployment: string;
  /** The name of the bookmark that the use came through. */
  readonly bookmark?: string;
  readonly since: Instant;
}

/** Everything that keeps a version from being deleted. */
export interface Usage {
  readonly references: readonly ReferenceRecord[];
  readonly bookmarks: readonly BookmarkRecord[];
}

/** A version that a slot of a consumer used before its present one, so that the consumer may want to go back to it. */
export interface FormerUse {
  readonly consumer: string;
  readonly slot: string;
  readonly version: VersionKey;
  /** 1 for what the slot used last before, 2 for what it used before that, and so on. */
  readonly rank: number;
  readonly releasedAt: Instant;
}

/**
 * Keeps versions of the artifacts below a prefix. A version that meets any one criterion of any rule is kept; a criterion that
 * is absent keeps nothing.
 */
export interface LifecycleRule {
  /** Artifacts whose ID is this or begins with it and a slash; all of the repository when absent. */
  readonly prefix?: string;
  /** The artifact's so many live versions with the highest numbers. */
  readonly keepLast?: number;
  /** Versions published less than so many days ago. */
  readonly keepDays?: number;
  /** Versions that a slot stopped using less than so many days ago. */
  readonly keepDaysSinceRelease?: number;
  /** Versions with any of these labels: `key`, or `key=value`. */
  readonly keepLabelled?: readonly string[];
}

/**
 * What happens to versions that nobody deletes. Those that no rule covers never expire, nor do those that are used, pinned or
 * bookmarked.
 */
export interface Lifecycle {
  /** How many former versions of each slot stay, for rollback. */
  readonly rollback: number;
  readonly rules: readonly LifecycleRule[];
}

export interface LifecycleRecord {
  readonly repository: string;
  /** How often it was changed, counted from 1. */
  readonly revision: number;
  readonly changedAt: Instant;
  readonly changedBy: string;
  /** Absent once it was deleted. */
  readonly lifecycle?: Lifecycle;
}

/** Where an AWS service reads a content. */
export interface Location {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly objectVersion?: string;
}
