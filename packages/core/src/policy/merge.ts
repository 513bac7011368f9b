import { HoldfastError } from '../errors.js';
import { sidPrefix, type CompiledStatement } from './compile.js';

/** A resource policy of an AWS service, as JSON holds it: whatever somebody else wrote stays as it is. */
export interface PolicyDocumentText {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: unknown;
  readonly [key: string]: unknown;
}

/**
 * The policy with a repository's statements in the place of those that it had. Statements of others, of other repositories too,
 * stay as they are and where they are. Undefined when nothing is left, which is no policy. Pure.
 */
export function mergeStatements(
  current: PolicyDocumentText | undefined,
  repository: string,
  statements: readonly CompiledStatement[],
): PolicyDocumentText | undefined {
  const foreign = statementsOf(current).filter((it) => !isOwn(it, repository));
  const merged = [...foreign, ...statements];
  if (merged.length === 0) return undefined;
  return { ...current, Version: current?.Version ?? '2012-10-17', Statement: merged };
}

/** What the repository has in the policy now. */
export function ownStatements(current: PolicyDocumentText | undefined, repository: string): unknown[] {
  return statementsOf(current).filter((it) => isOwn(it, repository));
}

function statementsOf(policy: PolicyDocumentText | undefined): unknown[] {
  const given = policy?.Statement;
  return given === undefined ? [] : Array.isArray(given) ? (given as unknown[]) : [given];
}

function isOwn(statement: unknown, repository: string): boolean {
  const sid =
    typeof statement === 'object' && statement !== null && 'Sid' in statement ? statement.Sid : undefined;
  return typeof sid === 'string' && sid.startsWith(sidPrefix(repository));
}

/** Bytes that each service takes. Sources: the quotas of Amazon S3, DynamoDB and EventBridge. */
export const POLICY_LIMITS = { bucket: 20_480, table: 20_480, eventBus: 10_240 } as const;
export type PolicyPlace = keyof typeof POLICY_LIMITS;

const NAMES: Readonly<Record<PolicyPlace, string>> = {
  bucket: "the S3 bucket's policy",
  table: "the DynamoDB table's resource policy",
  eventBus: "the event bus's policy",
};

/** The text that is sent. Throws `invalid-input`, naming size and limit, for one that the service would refuse. */
export function policyText(place: PolicyPlace, policy: PolicyDocumentText): string {
  const text = JSON.stringify(policy);
  const size = Buffer.byteLength(text);
  const limit = POLICY_LIMITS[place];
  if (size <= limit) return text;
  throw new HoldfastError(
    'invalid-input',
    `${NAMES[place]} would have ${size} bytes, and at most ${limit} are allowed`,
    {
      hint: 'Name fewer principals and resources: an organisation instead of accounts ("*" with aws:PrincipalOrgID), wildcards instead of single artifacts.',
      data: { place, size, limit },
    },
  );
}
