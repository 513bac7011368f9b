import type { OwnBucket } from '../model.js';

/** One way in which a bucket is less than Holdfast's own would be. */
export interface Shortfall {
  readonly aspect: 'region' | 'versioning' | 'public-access' | 'object-lock' | 'retention' | 'lifecycle';
  /** `refused`: the bucket is not taken as it is. `weaker`: it is, and this is what that costs. */
  readonly severity: 'refused' | 'weaker';
  /** What is missing, what it costs, and how to mend it; one sentence each. */
  readonly what: string;
  readonly cost: string;
  readonly mend: string;
}

export interface BucketPolicyRequest {
  readonly repository: string;
  /** Accounts, besides the store's own, whose functions may run from the repository by reference. */
  readonly accounts: readonly string[];
  /** ARNs, or patterns of them, of who may delete where S3 cannot hold what is stored: who runs the sweep. */
  readonly collectors: readonly string[];
}

export interface BucketPolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What the policy of a repository's bucket should say, and where. */
export interface BucketPolicy {
  readonly bucket: string;
  readonly statements: readonly BucketPolicyStatement[];
}

/** The buckets that repositories lie in, of an engine that can have several. */
export interface Buckets {
  /**
   * Looks at a user's own bucket, and changes nothing. Throws `not-found` for a bucket that does not exist, and `access-denied` for
   * another account's, or one that may not be looked at.
   */
  inspect(
    bucket: string,
    prefix: string | undefined,
  ): Promise<{ readonly place: OwnBucket; readonly shortfalls: readonly Shortfall[] }>;
  /** Throws `not-found` for a repository that does not exist. Changes nothing. */
  policyFor(request: BucketPolicyRequest): Promise<BucketPolicy>;
  /** Puts the statements into the bucket's policy, in the place of those put there before; others stay as they are. */
  applyPolicy(request: BucketPolicyRequest): Promise<BucketPolicy>;
}
