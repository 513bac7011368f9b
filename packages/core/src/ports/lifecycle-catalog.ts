import type { FormerUse, Instant, Lifecycle, LifecycleRecord, VersionKey } from '../model.js';
import type { Actor } from './catalog.js';

/** A version with all that decides whether it may expire. */
export interface SurveyedVersion extends VersionKey {
  /** Bytes. */
  readonly size: number;
  readonly state: 'live' | 'condemned';
  readonly publishedAt: Instant;
  readonly labels: Readonly<Record<string, string>>;
  /** Present when condemned. */
  readonly purgeAfter?: Instant;
  /** How many consumers hold a reference to it. */
  readonly users: number;
  /** How many consumers have it pinned. */
  readonly pinners: number;
  /** The names of the bookmarks that stand on it. */
  readonly bookmarks: readonly string[];
  /** When a slot last stopped using it. */
  readonly releasedAt?: Instant;
  /** The lowest {@link FormerUse.rank} that it has in any slot. */
  readonly formerRank?: number;
}

export interface PutLifecycleInput extends Actor {
  readonly repository: string;
  /** Absent deletes it. */
  readonly lifecycle?: Lifecycle;
  /** Compare-and-set: the revision that it must have, 0 when there never was one. Absent: whatever it is. */
  readonly expected?: number;
}

export type PutLifecycleResult =
  | { readonly outcome: 'changed'; readonly record: LifecycleRecord }
  | { readonly outcome: 'conflict'; readonly current: number };

/** The part of the catalog that lifecycles need. */
export interface LifecycleCatalog {
  /** Undefined when there never was one. A deleted repository's lifecycle is deleted with it. */
  getLifecycle(repository: string): Promise<LifecycleRecord | undefined>;
  /** Absent repositories throw `not-found`. */
  putLifecycle(input: PutLifecycleInput): Promise<PutLifecycleResult>;
  /**
   * Live and condemned versions, of one artifact or of all, page by page and however many there are. An artifact's versions
   * come in order of their number and are not mixed with another's. Each page is read at an instant of its own; a version that
   * was used at any time during the survey is either told as used or with its rank.
   */
  surveyVersions(repository: string, id?: string): AsyncIterable<readonly SurveyedVersion[]>;
  /** The slots that used a version before, in order of their rank. */
  formerUsesOf(key: VersionKey): Promise<readonly FormerUse[]>;
}
