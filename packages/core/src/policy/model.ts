import type { StoreIdentity } from '../arn/index.js';

/** A resource policy as its author writes it: IAM's language with `holdfast:` actions. Values are whatever JSON held. */
export interface PolicyText {
  readonly Version: '2012-10-17';
  readonly Id?: string;
  readonly Statement: readonly StatementText[];
}

export type OneOrMany = string | readonly string[];
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;

export interface StatementText {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | Readonly<Record<string, OneOrMany>>;
  readonly Action: OneOrMany;
  readonly Resource: OneOrMany;
  readonly Condition?: ConditionBlock;
}

/** One statement, checked: what it says, without the ways of saying it. */
export interface Statement {
  /** What messages name it by: its Sid, or its place. */
  readonly label: string;
  /** From 0. */
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: Principals;
  readonly grants: readonly Grant[];
  readonly condition: Condition;
}

export interface Principals {
  /** Everyone, as far as the condition lets them. */
  readonly everyone: boolean;
  /** ARNs of accounts' roots, roles, users and sessions. */
  readonly aws: readonly string[];
  readonly services: readonly string[];
}

/** An action with what it is allowed or denied on. */
export interface Grant {
  readonly action: string;
  /** What follows the repository in the ARN, with `*` and `?`; empty for actions on repositories and on the store. */
  readonly rest: readonly string[];
}

/** Operator → key → values, in lower-case keys' own spelling. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface Policy {
  readonly statements: readonly Statement[];
}

/** The repository that a policy is on. */
export interface PolicyTarget extends StoreIdentity {
  readonly repository: string;
}

/** A KMS grant, in the words of `CreateGrant`. */
export interface KeyGrant {
  readonly Name: string;
  readonly GranteePrincipal: string;
  readonly Operations: readonly string[];
  readonly Constraints: { readonly EncryptionContextSubset: Readonly<Record<string, string>> };
}
