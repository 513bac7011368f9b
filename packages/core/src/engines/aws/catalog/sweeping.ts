import { versionEvent } from '../../../events/index.js';
import type { Instant, VersionKey, VersionRecord } from '../../../model.js';
import type { Actor, SweepPlan } from '../../../ports/index.js';
import { put, remove, update, type Action } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { unusedContents } from './contents.js';
import { before, isCondemned, notInUse } from './deletion.js';
import { and, expr } from './expressions.js';
import {
  contentRecord,
  versionRecord,
  type ArtifactItem,
  type ContentItem,
  type VersionItem,
} from './items.js';
import {
  artifactKey,
  condemnedIn,
  condemnedKey,
  contentKey,
  namedKey,
  removalKey,
  versionKey,
} from './keys.js';
import { emit } from './outbox.js';
import { requireRepository } from './repositories.js';

/** Condemned versions whose window has ended, those whose window ended first before others. */
async function dueVersions({ table }: Context, repository: string, at: Instant): Promise<VersionItem[]> {
  const keys: VersionKey[] = [];
  // `$` comes after `#`: all that ends at this very instant is due.
  const range = table.range<VersionKey>(condemnedIn(repository), { upTo: `${at}$` });
  for await (const key of range) keys.push(key);
  const items = await table.batchGet<VersionItem>(keys.map(versionKey));
  return items.flatMap((item) => (item !== undefined && isDue(item, at) ? [item] : []));
}

const isDue = ({ state, purgeAfter }: VersionItem, at: Instant): boolean =>
  state === 'condemned' && purgeAfter !== undefined && purgeAfter <= at;

export async function planSweep(context: Context, repository: string, at: Instant): Promise<SweepPlan> {
  await requireRepository(context, repository);
  const due = await dueVersions(context, repository, at);
  const goes = Map.groupBy(due, ({ digest }) => digest);
  const contents: ContentItem[] = [];
  for await (const item of unusedContents(context, repository, at)) contents.push(item);
  const keys = [...goes.keys()].map((digest) => contentKey(repository, digest));
  const named = (await context.table.batchGet<ContentItem>(keys)).filter((item) => item !== undefined);
  for (const item of named) {
    const unleased = Object.values(item.leases).every((expiresAt) => expiresAt <= at);
    if (unleased && goes.get(item.digest)?.length === item.versions) contents.push(item);
  }
  return { versions: due.map(versionRecord), contents: contents.map(contentRecord) };
}

export async function purgeVersions(
  context: Context,
  repository: string,
  actor: Actor,
): Promise<VersionRecord[]> {
  const purged: VersionRecord[] = [];
  for (const item of await dueVersions(context, repository, actor.at)) {
    const version = await carryOut(context, () => planPurge(context, item, actor));
    if (version !== undefined) purged.push(version);
  }
  return purged;
}

async function planPurge(
  context: Context,
  key: VersionKey,
  actor: Actor,
): Promise<Plan<VersionRecord | undefined>> {
  const { repository, id } = key;
  const [version, artifact] = await context.table.snapshot<object>([
    versionKey(key),
    artifactKey(repository, id),
  ]);
  const item = version as VersionItem | undefined;
  if (item === undefined || !isDue(item, actor.at)) return { actions: [], result: undefined };
  context.ticks.observe(item);
  context.ticks.observe(artifact);
  const record: VersionRecord = { ...versionRecord(item), state: 'deleted' };
  const actions = purging(context, item, artifact as ArtifactItem | undefined, record, actor);
  return { actions, result: record };
}

function purging(
  { ticks, identity }: Context,
  item: VersionItem,
  artifact: ArtifactItem | undefined,
  record: VersionRecord,
  actor: Actor,
): Action[] {
  const { repository, id, number, digest } = item;
  const tick = ticks.next();
  const wasLatest = artifact?.latest === number;
  return [
    update(
      versionKey(item),
      { set: [expr`#state = ${'deleted'}`, expr`#tick = ${tick}`] },
      and(isCondemned(item), notInUse, before(tick)),
    ),
    update(
      artifactKey(repository, id),
      {
        set: [expr`#tick = ${tick}`],
        remove: wasLatest ? [expr`#latest`] : [],
        add: [expr`#kept ${-1}`],
        delete: [expr`#condemned ${new Set([number])}`],
      },
      and(before(tick), wasLatest ? expr`#latest = ${number}` : expr`NOT (#latest = ${number})`),
    ),
    update(contentKey(repository, digest), { add: [expr`#versions ${-1}`] }),
    remove(namedKey(repository, digest, id)),
    remove(condemnedKey(item, item.purgeAfter!)),
    ...emit(repository, tick, actor.at, [
      versionEvent(identity, 'Holdfast Version Deleted', record, actor.by),
    ]),
  ];
}

/** Drops the leases that have expired, and begins the removal of what is then not needed. */
export async function startRemovals(context: Context, repository: string, actor: Actor): Promise<void> {
  await requireRepository(context, repository);
  for await (const { digest } of unusedContents(context, repository, actor.at, 'or leased')) {
    await carryOut(context, async (): Promise<Plan<void>> => {
      const item = await context.table.get<ContentItem>(contentKey(repository, digest));
      return { actions: item === undefined ? [] : sweeping(item, actor.at), result: undefined };
    });
  }
}

function sweeping(item: ContentItem, at: Instant): Action[] {
  const { repository, digest, generation, size, state } = item;
  if (state !== 'pending' && state !== 'stored') return [];
  const left = Object.fromEntries(Object.entries(item.leases).filter(([, expiresAt]) => expiresAt > at));
  const goes = item.versions === 0 && Object.keys(left).length === 0;
  if (!goes && Object.keys(left).length === Object.keys(item.leases).length) return [];
  const asRead = and(
    expr`#state = ${state} AND #generation = ${generation}`,
    expr`#versions = ${item.versions} AND #leases = ${item.leases}`,
  );
  const set = [expr`#leases = ${left}`, ...(goes ? [expr`#state = ${'removing'}`] : [])];
  return [
    update(contentKey(repository, digest), { set }, asRead),
    ...(goes
      ? [put(removalKey(repository, digest, generation), { repository, digest, generation, size })]
      : []),
  ];
}
