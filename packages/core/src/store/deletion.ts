import { HoldfastError } from '../errors.js';
import type { Usage, Version } from '../model.js';
import type { CondemnResult } from '../ports/index.js';
import { actorOf, versionArn, withArn, type StoreContext } from './context.js';
import { parseVersionName } from './name-version.js';
import { isKeptByReplicasOnly, regionsIn, retireAll } from './replicas/free-of-replicas.js';
import { parseReplicaConsumer } from './replicas/names.js';
import { findNamed } from './resolve.js';
import type { DeleteReport } from './types.js';

/** How many users a refusal names in its message; all of them are in its data. */
const NAMED_USERS = 3;

/**
 * Condemns a version, or refuses as `in-use`. The catalog's own step decides: nothing is looked at before, so that a deletion costs
 * the same however many stacks and versions there are.
 */
export async function deleteVersion(
  context: StoreContext,
  name: string,
  repository: string,
): Promise<DeleteReport> {
  const { identity, engine, clock, recoveryWindowMs } = context;
  const parsed = parseVersionName(name, identity, repository);
  const key = parsed.type === 'version' ? parsed : (await findNamed(context, name, repository)).version;
  const arn = versionArn(identity, key);
  const purgeAfter = new Date(clock().getTime() + recoveryWindowMs).toISOString();
  const condemn = (untold?: (usage: Usage) => boolean): Promise<CondemnResult> =>
    engine.catalog.condemnVersion(key, purgeAfter, actorOf(context), untold);
  let result = await condemn(isKeptByReplicasOnly);
  if (result.outcome === 'in-use' && isKeptByReplicasOnly(result.usage)) {
    const references = await retireAll(context, key, regionsIn(result.usage));
    if (references.length > 0) throw inUse(arn, { references, bookmarks: [] });
    result = await condemn();
  }
  switch (result.outcome) {
    case 'absent':
      // Says whether it was there once.
      await findNamed(context, arn, repository);
      throw new HoldfastError('not-found', `${arn} does not exist`);
    case 'in-use':
      throw inUse(arn, result.usage);
    case 'condemned':
    case 'already-condemned':
      return { version: withArn(identity, result.version), outcome: result.outcome };
  }
}

function inUse(arn: string, usage: Usage): HoldfastError {
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
    `${arn} is in use by ${users.slice(0, NAMED_USERS).join(', ')}${more}; nothing was deleted`,
    { hint: `See everything that keeps it with: holdfast why ${arn}`, data: { usage } },
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
