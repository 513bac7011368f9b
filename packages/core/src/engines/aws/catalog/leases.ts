import type { Lease, LeaseInput, LeaseKey } from '../../../ports/index.js';
import { check, put, update, type Action } from './actions.js';
import { carryOut, type Context } from './context.js';
import { and, expr, path } from './expressions.js';
import type { ContentItem, RepositoryItem } from './items.js';
import { contentKey, gateOf, repositoryKey, type Key } from './keys.js';
import { gateIsOpen, openGates, requireRepository } from './repositories.js';

/** On a content: it is as it was seen. */
export function asSeen({ state, generation }: ContentItem): ReturnType<typeof expr> {
  return and(expr`#state = ${state}`, expr`#generation = ${generation}`);
}

export const leasePath = (lease: string): ReturnType<typeof path> => path('leases', lease);

/** At most this many contents: with the gates and a spare they fill a transaction. */
export const LEASED_AT_ONCE = 90;

/** Leases contents of one repository, as many as fit in one transaction. */
export async function leaseContents(context: Context, inputs: readonly LeaseInput[]): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (let i = 0; i < inputs.length; i += LEASED_AT_ONCE) {
    leases.push(...(await leaseTogether(context, inputs.slice(i, i + LEASED_AT_ONCE))));
  }
  return leases;
}

/**
 * Leases contents in one transaction. It first assumes what was seen last, and otherwise that a
 * content is new: a refusal tells what is there, and costs one more request.
 */
function leaseTogether(context: Context, inputs: readonly LeaseInput[]): Promise<Lease[]> {
  const repository = inputs[0]!.repository;
  const digests = [...new Set(inputs.map(({ digest }) => digest))];
  const seen = new Map(digests.map((digest) => [digest, context.hints.content(repository, digest)]));
  const gates = unique(digests.map((digest) => gateOf(repository, digest)));
  return carryOut(context, async (refusals) => {
    for (const [i, digest] of digests.entries()) {
      const found = refusals?.[i];
      if (found !== undefined) seen.set(digest, (found ?? undefined) as ContentItem | undefined);
    }
    const closed = refusals?.slice(digests.length).some((gate) => gate !== undefined);
    if (closed === true) await passGates(context, repository);
    const leased = digests.map((digest) => {
      const tokens = inputs.filter((input) => input.digest === digest);
      return leaseAction(repository, digest, tokens, seen.get(digest));
    });
    for (const { next } of leased) context.hints.sawContent(repository, next.digest, next);
    const nexts = new Map(leased.map(({ next }) => [next.digest, next]));
    return {
      actions: [...leased.map(({ action }) => action), ...gates.map((key) => check(key, gateIsOpen))],
      result: inputs.map(({ digest }) => leaseOf(nexts.get(digest)!)),
    };
  });
}

function leaseOf({ generation, state, size }: ContentItem): Lease {
  return state === 'stored' ? { generation, stored: true, size } : { generation, stored: false };
}

function leaseAction(
  repository: string,
  digest: ContentItem['digest'],
  inputs: readonly LeaseInput[],
  seen: ContentItem | undefined,
): { action: Action; next: ContentItem } {
  const key = contentKey(repository, digest);
  const leases = Object.fromEntries(inputs.map(({ lease, expiresAt }) => [lease, expiresAt]));
  if (seen === undefined) {
    const next: ContentItem = {
      ...{ repository, digest, leases },
      ...{ generation: inputs[0]?.generation ?? 1, state: 'pending', size: 0, versions: 0 },
    };
    return { action: put(key, next, expr`attribute_not_exists(#pk)`), next };
  }
  if (seen.state === 'pending' || seen.state === 'stored') {
    const set = inputs.map(({ lease, expiresAt }) => expr`${leasePath(lease)} = ${expiresAt}`);
    return { action: update(key, { set }, asSeen(seen)), next: { ...seen, leases } };
  }
  // The old copy may be removed at any moment: the new one gets a generation, and so a place, of its own.
  const next: ContentItem = {
    ...{ repository, digest, leases },
    ...{ generation: seen.generation + 1, state: 'pending', size: 0, versions: 0 },
  };
  return {
    action: put(
      key,
      next,
      expr`#generation = ${seen.generation} AND #state IN (${'removing'}, ${'removed'})`,
    ),
    next,
  };
}

/** After a closed gate: opens those of a repository that exists. Throws `not-found` for one that does not. */
async function passGates(context: Context, repository: string): Promise<void> {
  const item = await context.table.get<RepositoryItem>(repositoryKey(repository));
  if (item?.state !== 'live') {
    await requireRepository(context, repository);
    return;
  }
  if (item.closing !== undefined) await openGates(context, repository, item.closing);
}

function unique(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [key.sk, key])).values()];
}

export async function releaseLease(
  { table }: Context,
  { repository, digest, lease }: LeaseKey,
): Promise<void> {
  // Without the condition the update would make an item.
  const leased = expr`attribute_exists(${leasePath(lease)})`;
  await table.write([update(contentKey(repository, digest), { remove: [leasePath(lease)] }, leased)]);
}
