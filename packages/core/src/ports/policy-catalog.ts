import type { Instant } from '../model.js';
import type { PolicyText } from '../policy/model.js';
import type { Actor } from './catalog.js';

/** A repository's resource policy, as its author wrote it. */
export interface PolicyRecord {
  readonly repository: string;
  /** Goes up with each change, from 1; also by a deletion, after which there is no policy. */
  readonly revision: number;
  readonly changedAt: Instant;
  readonly changedBy: string;
  readonly policy?: PolicyText;
}

export interface PutPolicyInput extends Actor {
  readonly repository: string;
  /** Absent deletes it. */
  readonly policy?: PolicyText;
  /** Compare-and-set: the revision that it must have, 0 when there never was one. */
  readonly expected: number;
}

export type PutPolicyResult =
  | { readonly outcome: 'changed'; readonly record: PolicyRecord }
  | { readonly outcome: 'conflict'; readonly current: number };

/** The part of the catalog that resource policies need. */
export interface PolicyCatalog {
  /** Undefined when there never was one. */
  getPolicy(repository: string): Promise<PolicyRecord | undefined>;
  /** Absent repositories throw `not-found`. */
  putPolicy(input: PutPolicyInput): Promise<PutPolicyResult>;
}
