import { HoldfastError } from '../errors.js';
import type { Usage, Version } from '../model.js';
import { actorOf, withArn, type StoreContext } from './context.js';
import { isKeptByReplicasOnly, regionsIn, retireAll } from './replicas/free-of-replicas.js';
import { parseReplicaConsumer } from './replicas/names.js';
import { findNamed } from './resolve.js';
import type { DeleteReport } from './types.js';

/** How many users a refusal names in its message; all of them are in its data. */
const NAMED_USERS = 3;

/** Condemns a version, or refuses as `in-use`. */
export async function deleteVersion(
  context: StoreContext,
  name: string,
  repository: string,
): Promise<DeleteReport> {
  const { version } = await findNamed(context, name, repository);
  const purgeAfter = new Date(context.clock().getTime() + context.recoveryWindowMs).toISOString();
  const usage = await context.engine.catalog.usageOf(version);
  if (isKeptByReplicasOnly(usage)) {
    const references = await retireAll(context, version, regionsIn(usage));
    if (references.length > 0) throw inUse(version, { references, bookmarks: [] });
  }
  const result = await context.engine.catalog.condemnVersion(version, purgeAfter, actorOf(context));
  switch (result.outcome) {
    case 'absent':
      throw new HoldfastError('not-found', `${version.arn} does not exist`);
    case 'in-use':
      throw inUse(version, result.usage);
    case 'condemned':
    case 'already-condemned':
      return { version: withArn(context.identity, result.version), outcome: result.outcome };
  }
}

function inUse(version: Version, usage: Usage): HoldfastError {
  const users = [
    ...usage.references.flatMap(({ kind, consumer, slot }) => {
      // What matters of a replica is who uses it.
      if (parseReplicaConsumer(consumer) !== undefined) return [];
      return kind === 'pin' ? `a pending deployment of ${consumer}` : `${consumer} (${slot})`;
    }),
    ...usage.bookmarks.map(({ name }) => `bookmark "${name}"`),
  ];
  const more = users.length > NAMED_USERS ? ` and ${users.length - NAMED_USERS} more` : '';
  return new HoldfastError(
    'in-use',
    `${version.arn} is in use by ${users.slice(0, NAMED_USERS).join(', ')}${more}; nothing was deleted`,
    { hint: `See everything that keeps it with: holdfast why ${version.arn}`, data: { usage } },
  );
}

/** Takes a deletion back within the recovery window. */
export async function undeleteVersion(
  context: StoreContext,
  name: string,
  repository: string,
): Promise<Version> {
  const { version } = await findNamed(context, name, repository);
  const result = await context.engine.catalog.restoreVersion(version, actorOf(context));
  if (result.outcome === 'absent')
    throw new HoldfastError('not-found', `${version.arn} was deleted for good`);
  return withArn(context.identity, result.version);
}
