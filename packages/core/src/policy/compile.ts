import { createHash } from 'node:crypto';
import { ACTIONS, PLACE_PARTITION, type Permission } from './actions.js';
import type { Condition, Grant, Policy, PolicyTarget, Statement } from './model.js';
import { organisationsOf } from './principals.js';

/** Where the store lies that a policy is compiled for. */
export interface CompileTarget extends PolicyTarget {
  readonly bucket: string;
  /** What the keys in the bucket begin with: empty, or text that ends with a slash. */
  readonly prefix: string;
  readonly table: string;
  readonly eventBus: string;
  /** What the table's partitions begin with, for the replicas of another region's store; empty or absent for the store itself. */
  readonly partitions?: string;
}

/** A statement of a resource policy of AWS. */
export interface CompiledStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: '*' | { readonly AWS: readonly string[] } | { readonly Service: readonly string[] };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

export interface CompiledPolicy {
  readonly bucket: readonly CompiledStatement[];
  readonly table: readonly CompiledStatement[];
  readonly eventBus: readonly CompiledStatement[];
}

/**
 * What the Sids of everything that is compiled for a repository begin with; for its replicas, with their partitions before its name. Letters
 * and digits alone, as DynamoDB wants it.
 */
export function sidPrefix(owner: string): string {
  const hash = createHash('sha256').update(owner).digest('hex').slice(0, 16);
  return `Holdfast${hash}x`;
}

/** A checked policy as what S3, DynamoDB and EventBridge take. Pure. */
export function compilePolicy({ statements }: Policy, target: CompileTarget): CompiledPolicy {
  const own = (list: readonly (CompiledStatement | undefined)[]): CompiledStatement[] =>
    list.filter((it) => it !== undefined);
  return {
    bucket: own(statements.flatMap((it) => bucketStatements(it, target))),
    table: own(statements.flatMap((it) => tableStatements(it, target))),
    eventBus: own(statements.map((it) => busStatement(it, target))),
  };
}

type Of<Service> = Extract<Permission, { readonly service: Service }>;

/** Every permission of a service that a statement is made of, with the grant that needs it. A Deny leaves what is shared. */
function permissionsOf<Service extends Permission['service']>(
  { grants, effect }: Statement,
  service: Service,
): { readonly grant: Grant; readonly permission: Of<Service> }[] {
  return grants.flatMap((grant) =>
    (ACTIONS.get(grant.action.toLowerCase())?.permissions ?? [])
      .filter((permission): permission is Of<Service> => permission.service === service)
      .filter(({ shared = false }) => effect === 'Allow' || !shared)
      .map((permission) => ({ grant, permission })),
  );
}

function bucketStatements(statement: Statement, target: CompileTarget): CompiledStatement[] {
  const parts = new Map<string, { permission: Of<'s3'>; keys: Set<string> }>();
  for (const { grant, permission } of permissionsOf(statement, 's3')) {
    const name = JSON.stringify([permission.actions, permission.condition, permission.listing]);
    const part = parts.get(name) ?? { permission, keys: new Set<string>() };
    for (const rest of grant.rest) part.keys.add(target.prefix + fill(permission.keys, target, rest));
    parts.set(name, part);
  }
  const bucket = `arn:${target.partition}:s3:::${target.bucket}`;
  return [...parts.values()].map(({ permission: { actions, condition, listing }, keys }, index) => {
    const named = [...keys].sort();
    const extra: Condition =
      listing === true
        ? { StringLike: { 's3:prefix': named } }
        : condition === undefined
          ? {}
          : { [condition.operator]: { [condition.key]: [condition.value] } };
    const resources = listing === true ? [bucket] : named.map((key) => `${bucket}/${key}`);
    return written(statement, target, `S3n${index}`, actions, resources, extra);
  });
}

function tableStatements(statement: Statement, target: CompileTarget): CompiledStatement[] {
  const parts = new Map<string, Set<string>>();
  for (const { grant, permission } of permissionsOf(statement, 'dynamodb')) {
    // Reads and writes apart: what may be read must not become what may be written.
    for (const kind of [isRead, isWrite]) {
      const actions = permission.actions.filter(kind);
      if (actions.length === 0) continue;
      const name = JSON.stringify(actions);
      const partitions = parts.get(name) ?? new Set<string>();
      for (const rest of grant.rest)
        for (const partition of permission.partitions) partitions.add(partitionOf(partition, target, rest));
      parts.set(name, partitions);
    }
  }
  const table = `arn:${target.partition}:dynamodb:${target.region}:${target.account}:table/${target.table}`;
  return [...parts].map(([actions, partitions], index) =>
    written(
      statement,
      target,
      `Db${index}`,
      JSON.parse(actions) as string[],
      [table],
      leading(statement, [...partitions].sort()),
    ),
  );
}

/** Where a store lies, each region says once, whosever replicas it has besides. */
function partitionOf(pattern: string, target: CompileTarget, rest: string): string {
  return pattern === PLACE_PARTITION ? pattern : (target.partitions ?? '') + fill(pattern, target, rest);
}

const READING = /^dynamodb:(BatchGetItem|GetItem|Query)$/;
const isRead = (action: string): boolean => READING.test(action);
const isWrite = (action: string): boolean => !READING.test(action);

/**
 * One request may name several partitions. It is allowed when all of them are, and denied when one of them is; a request that
 * names none is not allowed by "all of none".
 */
function leading({ effect }: Statement, partitions: readonly string[]): Condition {
  const keys = { 'dynamodb:LeadingKeys': partitions };
  return effect === 'Deny'
    ? { 'ForAnyValue:StringLike': keys }
    : { 'ForAllValues:StringLike': keys, Null: { 'dynamodb:LeadingKeys': ['false'] } };
}

function busStatement(statement: Statement, target: CompileTarget): CompiledStatement | undefined {
  const actions = permissionsOf(statement, 'events').flatMap(({ permission }) => permission.actions);
  if (actions.length === 0) return undefined;
  const { partition, region, account, eventBus } = target;
  const rules = `arn:${partition}:events:${region}:${account}:rule/${eventBus}/*`;
  // Each account has its own rules on the bus, and none of another's.
  const extra: Condition =
    statement.effect === 'Allow'
      ? { StringEqualsIfExists: { 'events:creatorAccount': ['${aws:PrincipalAccount}'] } }
      : {};
  return written(statement, target, 'Ev', actions, [rules], extra);
}

function written(
  { effect, principals, condition, index }: Statement,
  target: CompileTarget,
  part: string,
  Action: readonly string[],
  Resource: readonly string[],
  extra: Condition,
): CompiledStatement {
  const { everyone, aws, services } = principals;
  const merged = mergeConditions(
    condition,
    extra,
    effect === 'Allow' && everyone ? organisationOf(condition) : {},
  );
  return {
    Sid: `${sidPrefix(ownerOf(target))}${index}${part}`,
    Effect: effect,
    Principal: everyone ? '*' : services.length > 0 ? { Service: services } : { AWS: aws },
    Action,
    Resource,
    ...(Object.keys(merged).length === 0 ? {} : { Condition: merged }),
  };
}

/** Whose statements of a resource policy are: a repository's, or those of its replicas in another region. */
export function ownerOf({
  partitions = '',
  repository,
}: Pick<CompileTarget, 'partitions' | 'repository'>): string {
  return partitions + repository;
}

/** A unit's path says its organisation; S3 takes a policy for public unless that stands there by itself. */
function organisationOf(condition: Condition): Condition {
  const organisations = organisationsOf(condition);
  const said = Object.values(condition).some((keys) => Object.hasOwn(keys, 'aws:PrincipalOrgID'));
  return organisations.length === 0 || said ? {} : { StringEquals: { 'aws:PrincipalOrgID': organisations } };
}

/** All of them together. The keys that are added are never among those that an author may use, but for the organisation. */
function mergeConditions(...conditions: readonly Condition[]): Condition {
  const merged: Record<string, Record<string, readonly string[]>> = {};
  for (const condition of conditions) {
    for (const [operator, keys] of Object.entries(condition))
      merged[operator] = { ...merged[operator], ...keys };
  }
  return merged;
}

function fill(pattern: string, { repository }: CompileTarget, rest: string): string {
  return pattern
    .replace('{repository}', repository)
    .replace('{rest}', rest)
    .replace('{content}', contentOf(rest));
}

/** Where a digest's copies lie: every generation and every ending of the key. */
function contentOf(rest: string): string {
  const hex = rest.startsWith('sha256:') ? rest.slice('sha256:'.length) : undefined;
  return hex === undefined ? rest : `sha256/${hex.slice(0, 2)}/${hex}*`;
}
