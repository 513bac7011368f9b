import type { KeyGrant, PolicyText } from '../policy/model.js';

/** One resource policy of AWS, as it is and as it would be. */
export interface AccessChange {
  /** Where it is; the store's own region, or one where the repository has replicas. */
  readonly region: string;
  readonly place: 'bucket' | 'table' | 'eventBus';
  /** What messages call it, such as `the policy of the bucket "b"`. */
  readonly name: string;
  /** Statements that would come, and those that would go. Others' are not among them. */
  readonly added: readonly object[];
  readonly removed: readonly object[];
  /** How many statements of others stay as they are. */
  readonly foreign: number;
  /** Bytes that it would have, and may have. */
  readonly size: number;
  readonly limit: number;
  /** The whole text; absent when nothing is left. */
  readonly text?: string;
  /** What it was planned upon: the text, and the service's own revision where it has one. */
  readonly before?: string;
  readonly revision?: string;
}

/** The grants of a KMS key, of which each stands for itself. */
export interface GrantChange {
  /** The key's ARN. */
  readonly key: string;
  /** In the words of `CreateGrant`. */
  readonly added: readonly KeyGrant[];
  readonly removed: readonly (KeyGrant & { readonly GrantId: string })[];
  /** How many of the repository's stay, and how many of others. */
  readonly kept: number;
  readonly foreign: number;
}

/** Statements that no grant can stand for: whoever administers the key adds them to its policy. */
export interface KeyPolicyWish {
  readonly key: string;
  readonly statements: readonly object[];
}

/** What setting a policy would change. Nothing is changed yet. */
export interface AccessPlan {
  readonly repository: string;
  /** Every region that the policy applies to, the store's own first. */
  readonly regions: readonly string[];
  /** Only what differs. */
  readonly changes: readonly AccessChange[];
  /** Only where the repository's bucket encrypts with a KMS key, or did: the keys whose grants differ. */
  readonly grants: readonly GrantChange[];
  /** What the policy takes of the key besides, and nothing here can do. */
  readonly keyPolicy?: KeyPolicyWish;
}

/** The resource policies of an engine whose storage has some of its own. */
export interface AccessControl {
  /**
   * Compiles a policy, or none, and compares with what is there. Throws `invalid-input` for what the services cannot express or hold,
   * naming the statement, or size and limit. Changes nothing.
   *
   * It applies to the replicas in the regions as well, and in all that it was applied to before.
   */
  plan(repository: string, policy: PolicyText | undefined, regions: readonly string[]): Promise<AccessPlan>;
  /** Carries a plan out. Throws `conflict` where somebody changed a policy since; what was applied before stays, and planning anew goes on. */
  apply(plan: AccessPlan): Promise<void>;
}
