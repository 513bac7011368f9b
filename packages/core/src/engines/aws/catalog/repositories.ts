import { randomUUID } from 'node:crypto';
import { quote } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { OwnBucket, RepositoryRecord } from '../../../model.js';
import type { Actor } from '../../../ports/index.js';
import { put, update, type Action } from './actions.js';
import { carryOut, repositoryMissing, type Context, type Plan } from './context.js';
import { and, expr, path, type Expression } from './expressions.js';
import { repositoryRecord, type RepositoryItem } from './items.js';
import { droppingLifecycle } from './lifecycle-items.js';
import { contentsOf, gateKeys, listedRepositoryKey, REPOSITORIES, repositoryKey } from './keys.js';

/** Makes itself when it is first asked for. */
const DEFAULT = 'default';

/** On a gate: leases may go through. */
export const gateIsOpen = expr`#open = ${true}`;

const opened = (name: string): Action[] => gateKeys(name).map((key) => put(key, { open: true }));

/** Nothing, or a deleted repository whose contents lay in the same bucket. */
const isFree = (ownBucket: OwnBucket | undefined): Expression => {
  const samePlace =
    ownBucket === undefined
      ? expr`attribute_not_exists(#ownBucket)`
      : and(
          expr`${path('ownBucket', 'name')} = ${ownBucket.name}`,
          expr`${path('ownBucket', 'prefix')} = ${ownBucket.prefix}`,
        );
  return expr`attribute_not_exists(#pk) OR (#state = ${'deleted'} AND ${samePlace})`;
};

export function createRepository(
  context: Context,
  name: string,
  actor: Actor,
  ownBucket?: OwnBucket,
): Promise<{ created: boolean }> {
  return carryOut(context, (refusals): Plan<{ created: boolean }> => {
    if (refusals !== undefined) {
      const found = refusals[0] as RepositoryItem | null | undefined;
      if (found?.state === 'deleted') throw keepsItsBucket(found);
      return { actions: [], result: { created: false } };
    }
    const item: RepositoryItem = {
      ...{ name, createdAt: actor.at, state: 'live' },
      ...(ownBucket === undefined ? {} : { ownBucket }),
    };
    return {
      actions: [
        put(repositoryKey(name), item, isFree(ownBucket)),
        put(listedRepositoryKey(name), item),
        ...opened(name),
      ],
      result: { created: true },
    };
  });
}

function keepsItsBucket({ name, ownBucket }: RepositoryItem): HoldfastError {
  const place =
    ownBucket === undefined
      ? "the store's own bucket"
      : `the bucket "${ownBucket.name}" below "${ownBucket.prefix}"`;
  return new HoldfastError(
    'conflict',
    `repository ${quote(name)} was deleted, and its contents lay in ${place}`,
    {
      hint: 'A name keeps its bucket, so that nobody who still works with the old one can mix them up. Choose the same bucket, or another name.',
    },
  );
}

export async function getRepository(context: Context, name: string): Promise<RepositoryRecord | undefined> {
  const item = await context.table.get<RepositoryItem>(repositoryKey(name));
  if (item?.state === 'live') return repositoryRecord(item);
  if (name !== DEFAULT) return undefined;
  await createRepository(context, DEFAULT, { by: 'holdfast', at: new Date().toISOString() });
  return getRepository(context, name);
}

/**
 * Where the contents of a repository lie, or lay before it was deleted; `home` when that is the store's bucket, and undefined for a
 * name that never was one. What is once said never changes.
 */
export async function placeOf({ table }: Context, name: string): Promise<OwnBucket | 'home' | undefined> {
  if (name === DEFAULT) return 'home';
  const item = await table.get<RepositoryItem>(repositoryKey(name));
  return item === undefined ? undefined : (item.ownBucket ?? 'home');
}

/** Throws `not-found`. */
export async function requireRepository(context: Context, name: string): Promise<void> {
  if ((await getRepository(context, name)) === undefined) throw repositoryMissing(name);
}

async function listed(context: Context): Promise<RepositoryItem[]> {
  const items: RepositoryItem[] = [];
  for await (const item of context.table.range<RepositoryItem>(REPOSITORIES)) items.push(item);
  return items;
}

export async function listRepositories(context: Context): Promise<RepositoryRecord[]> {
  const live = (await listed(context)).filter(({ state }) => state === 'live');
  const records = live.map(repositoryRecord);
  if (records.some(({ name }) => name === DEFAULT)) return records;
  await requireRepository(context, DEFAULT);
  return listRepositories(context);
}

/** Those that ever were: their last events outlive them. */
export async function allRepositoryNames(context: Context): Promise<string[]> {
  return (await listed(context)).map(({ name }) => name);
}

/**
 * Closes the gates that every new lease goes through, looks whether anything is left, and deletes the repository or opens
 * them again. A publisher that finds a gate closed opens it: then the deletion has lost. So nobody waits for one that died.
 */
export async function deleteRepository(
  context: Context,
  name: string,
  actor: Actor,
): Promise<{ outcome: 'deleted' | 'not-empty' | 'absent' }> {
  if (name === DEFAULT) throw new HoldfastError('invalid-input', `repository "${DEFAULT}" cannot be deleted`);
  const closing = randomUUID();
  if (!(await closeGates(context, name, closing))) return { outcome: 'absent' };
  if (await hasContent(context, name)) {
    await openGates(context, name, closing);
    return { outcome: 'not-empty' };
  }
  const place = await placeOf(context, name);
  const item = {
    ...{ name, createdAt: actor.at, state: 'deleted' },
    ...(typeof place === 'object' ? { ownBucket: place } : {}),
  };
  const refusals = await context.table.write([
    put(repositoryKey(name), item, expr`#closing = ${closing}`),
    put(listedRepositoryKey(name), item),
    ...(await droppingLifecycle(context, name, actor)),
  ]);
  return { outcome: refusals === undefined ? 'deleted' : 'not-empty' };
}

const isLive = expr`#state = ${'live'}`;

async function closeGates({ table }: Context, name: string, closing: string): Promise<boolean> {
  const refusals = await table.write([
    update(repositoryKey(name), { set: [expr`#closing = ${closing}`] }, isLive),
    ...gateKeys(name).map((key) => put(key, { open: false })),
  ]);
  return refusals === undefined;
}

/** Opens what a deletion has closed, which then fails; nothing when that deletion is over. */
export async function openGates({ table }: Context, name: string, closing: string): Promise<void> {
  const stillClosing = and(isLive, expr`#closing = ${closing}`);
  await table.write([
    update(repositoryKey(name), { remove: [expr`#closing`] }, stillClosing),
    ...opened(name),
  ]);
}

/** A version that is not deleted keeps its content, so contents tell of both. */
async function hasContent({ table }: Context, name: string): Promise<boolean> {
  const filter = expr`#state <> ${'removed'}`;
  for await (const _ of table.range(contentsOf(name), { prefix: 'content#', filter })) return true;
  return false;
}
