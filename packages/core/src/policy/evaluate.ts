import { ACTIONS, type ActionRule } from './actions.js';
import { meetsCondition, type RequestContext } from './conditions.js';
import type { Policy, PolicyTarget, Principals, Statement } from './model.js';
import { matchesPattern } from './patterns.js';

/** Somebody who asks: an AWS identity by its ARN, or a service by its name. */
export type Caller = { readonly arn: string } | { readonly service: string };

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  /** The artifact's ID, the content's digest, or empty for the repository and the store. */
  readonly rest: string;
  readonly context?: RequestContext;
}

export type Decision = 'allowed' | 'denied' | 'not-allowed';

/**
 * What a checked policy says to a request, as AWS decides: a Deny wins; another account needs an Allow; in the owning account, whose
 * own policies are taken to allow it, nothing else is needed. `denied` is by a statement, `not-allowed` for want of one.
 */
export function evaluatePolicy(
  { statements }: Policy,
  request: AccessRequest,
  { account }: PolicyTarget,
): Decision {
  const rule = ACTIONS.get(request.action.toLowerCase());
  if (rule === undefined) return 'not-allowed';
  const context = { ...identityContext(request.caller), ...request.context };
  const meeting = statements.filter((statement) => meets(statement, request, rule, context));
  if (meeting.some(({ effect }) => effect === 'Deny')) return 'denied';
  if (meeting.length > 0) return 'allowed';
  return 'arn' in request.caller && accountOf(request.caller.arn) === account ? 'allowed' : 'not-allowed';
}

/** What AWS itself says of who asks. */
export function identityContext(caller: Caller): RequestContext {
  if ('service' in caller) return { 'aws:PrincipalIsAWSService': 'true' };
  return { 'aws:PrincipalAccount': accountOf(caller.arn), 'aws:PrincipalArn': identityOf(caller.arn) };
}

function meets(
  statement: Statement,
  { caller, rest }: AccessRequest,
  rule: ActionRule,
  context: RequestContext,
): boolean {
  return (
    includes(statement.principals, caller) &&
    statement.grants.some((grant) => grant.action === rule.action && covers(grant.rest, rest, rule)) &&
    meetsCondition(statement.condition, context)
  );
}

function covers(patterns: readonly string[], rest: string, { resource }: ActionRule): boolean {
  return (
    resource === 'repository' ||
    resource === 'store' ||
    patterns.some((pattern) => matchesPattern(pattern, rest))
  );
}

function includes({ everyone, aws, services }: Principals, caller: Caller): boolean {
  // "*" is everyone who signs; a service's own call is met by its name alone.
  if ('service' in caller) return everyone || services.includes(caller.service);
  if (everyone) return true;
  const root = /^(arn:[^:]*:)(?:iam|sts)(::[0-9]{12}:)/.exec(caller.arn);
  return aws.some(
    (it) =>
      it === caller.arn ||
      (root !== null && it === `${root[1]}iam${root[2]}root`) ||
      roleOfSession(caller.arn) === withoutPath(it),
  );
}

export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** `aws:PrincipalArn` of a session is its role's ARN. Its path is not in the session's ARN. */
function identityOf(arn: string): string {
  return roleOfSession(arn) ?? arn;
}

function roleOfSession(arn: string): string | undefined {
  const match = /^(arn:[^:]*:)sts(::[0-9]{12}):assumed-role\/([^/]+)\//.exec(arn);
  return match === null ? undefined : `${match[1]}iam${match[2]}:role/${match[3]}`;
}

function withoutPath(role: string): string {
  return role.replace(/:role\/(?:.*\/)?([^/]+)$/, ':role/$1');
}
