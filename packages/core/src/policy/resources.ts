import { isDigest, quote } from '../arn/index.js';
import type { ActionRule } from './actions.js';
import type { PolicyTarget } from './model.js';
import { refuse } from './parse.js';

/** What a resource of a statement says about the repository that the policy is on. */
export interface ResourcePattern {
  readonly text: string;
  /** Undefined when it covers every type. */
  readonly type?: string;
  /** Whether the ARN names every repository of the store. */
  readonly everyRepository: boolean;
  /** What follows the repository; `*` when everything does. Empty for a repository. */
  readonly rest: string;
}

const TYPES = ['repository', 'artifact', 'content'];

/**
 * Takes a resource apart. Besides `*`, which is all of the repository, it is an ARN whose partition, region and account are
 * literal or `*`. Only what follows the repository may have wildcards of any kind: an IAM `*` also takes slashes, and further
 * forward it would reach into other repositories.
 */
export function parseResource(text: string, target: PolicyTarget, label: string): ResourcePattern {
  if (text === '*') return { text, everyRepository: false, rest: '*' };
  const what = `resource ${quote(text)}`;
  const [arn, partition, service, region, account, ...tail] = text.split(':');
  const resource = tail.join(':');
  if (arn !== 'arn' || service !== 'holdfast' || account === undefined || resource === '')
    return refuse(label, `${what} is no ARN of Holdfast`, 'Write "*" for all of the repository, or an ARN.');
  if (text.includes('${')) return refuse(label, `${what} has a variable, which resources here cannot have`);
  const parts = { partition, region, account };
  for (const part of ['partition', 'region', 'account'] as const) {
    if (parts[part] !== '*' && parts[part] !== target[part])
      return refuse(label, `${what} is not of this store: its ${part} is not ${target[part]}`);
  }
  const [type = '', repository, ...more] = resource.split('/');
  if (repository === undefined) return refuse(label, `${what} names no repository`);
  const rest = more.join('/');
  if (type !== '*' && !TYPES.includes(type)) return refuse(label, typeProblem(what, type));
  if (repository === '*' && more.length === 0)
    return {
      text,
      everyRepository: true,
      rest: type === 'repository' ? '' : '*',
      ...(type === '*' ? {} : { type }),
    };
  if (repository !== target.repository)
    return refuse(label, `${what} is not of repository ${quote(target.repository)}, which the policy is on`);
  if (type === '*' && rest !== '*')
    return refuse(
      label,
      `${what}: with "*" for the type, the end must be "/*"`,
      'An IAM "*" takes slashes too.',
    );
  if (type === 'repository' ? more.length > 0 : rest === '')
    return refuse(
      label,
      `${what} must ${type === 'repository' ? 'end with the repository' : 'go on after the repository'}`,
    );
  return {
    text,
    everyRepository: false,
    rest: type === 'repository' ? '' : rest,
    ...(type === '*' ? {} : { type }),
  };
}

function typeProblem(what: string, type: string): string {
  return type === 'version' || type === 'bookmark'
    ? `${what} names a ${type}: rights are on artifacts, since the catalog's versions and bookmarks of one artifact lie together. Write artifact/…`
    : `${what} is of type ${quote(type)}; write ${TYPES.join(', ')}`;
}

/** Whether the resource is one that the action is asked on. */
export function concerns(pattern: ResourcePattern, rule: ActionRule): boolean {
  if (rule.resource === 'store')
    return pattern.everyRepository && (pattern.type ?? 'repository') === 'repository';
  if (pattern.type !== undefined) return pattern.type === rule.resource;
  // "*/default/*" goes on after the repository, which a repository's own ARN does not.
  return pattern.text === '*' || pattern.everyRepository || rule.resource !== 'repository';
}

/** The end of the pattern as the action takes it. Refuses what AWS could not confine. */
export function restFor(pattern: ResourcePattern, rule: ActionRule, label: string): string {
  const { rest, text } = pattern;
  if (rule.resource === 'content' && rest !== '*' && !isDigest(rest)) {
    return refuse(
      label,
      `${rule.action} on ${quote(text)} cannot be expressed: contents are found by whole digests`,
      'Name content/<repository>/* or single digests. To keep some bytes apart, give them a repository of their own.',
    );
  }
  if (rule.undivided !== undefined && rest !== '*') {
    return refuse(
      label,
      `${rule.action} on ${quote(text)} cannot be expressed: ${rule.undivided}`,
      'Name artifact/<repository>/*, or give the artifact a repository of its own.',
    );
  }
  return rule.resource === 'repository' || rule.resource === 'store' ? '' : rest;
}
