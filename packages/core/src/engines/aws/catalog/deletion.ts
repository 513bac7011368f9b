import { deletionRefused, versionEvent } from '../../../events/index.js';
import type { Instant, Usage, VersionKey, VersionRecord } from '../../../model.js';
import type { Actor, CondemnResult, RestoreResult } from '../../../ports/index.js';
import { put, remove, update, type Action } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { and, expr } from './expressions.js';
import { factsOf, versionRecord, type VersionItem } from './items.js';
import { artifactKey, condemnedKey, versionKey } from './keys.js';
import { emit } from './outbox.js';
import { findVersionItem } from './reading.js';
import { usageOf } from './usage.js';

/** On a version: nothing keeps it. Every transaction that takes a version's life carries it. */
export const notInUse = expr`#usages = ${0} AND #bookmarks = ${0}`;
export const isLive = expr`#state = ${'live'}`;

/** On a version, artifact or bookmark: its last event is earlier than this tick. */
export const before = (tick: number) => expr`#tick < ${tick}`;

/** On a version: condemned, with this end of its window. */
export const isCondemned = ({ purgeAfter }: VersionRecord) =>
  expr`#state = ${'condemned'} AND #purgeAfter = ${purgeAfter}`;

export function condemnVersion(
  context: Context,
  key: VersionKey,
  purgeAfter: Instant,
  actor: Actor,
  untold: (usage: Usage) => boolean = () => false,
): Promise<CondemnResult> {
  return carryOut(context, async (refusals): Promise<Plan<CondemnResult>> => {
    const found = refusals?.[0];
    if (found === null) return { actions: [], result: { outcome: 'absent' } };
    const item = found as VersionItem | undefined;
    const facts = item ?? context.hints.facts(key) ?? (await findVersionItem(context, key));
    if (facts === undefined || item?.state === 'deleted')
      return { actions: [], result: { outcome: 'absent' } };
    if (item?.state === 'condemned') {
      return { actions: [], result: { outcome: 'already-condemned', version: versionRecord(item) } };
    }
    if (item !== undefined && item.usages + item.bookmarks > 0) return refuse(context, item, actor, untold);
    const version: VersionRecord = {
      ...{ ...factsOf(facts), state: 'condemned', condemnedAt: actor.at, purgeAfter },
    };
    return { actions: condemning(context, version, actor), result: { outcome: 'condemned', version } };
  });
}

function condemning({ ticks, identity }: Context, version: VersionRecord, actor: Actor): Action[] {
  const { repository, id, number, condemnedAt, purgeAfter } = version;
  const tick = ticks.next();
  return [
    update(
      versionKey(version),
      {
        set: [
          expr`#state = ${'condemned'}`,
          expr`#condemnedAt = ${condemnedAt}`,
          expr`#purgeAfter = ${purgeAfter}`,
          expr`#tick = ${tick}`,
        ],
      },
      and(isLive, notInUse, before(tick)),
    ),
    update(
      artifactKey(repository, id),
      { set: [expr`#tick = ${tick}`], add: [expr`#live ${-1}`, expr`#condemned ${new Set([number])}`] },
      before(tick),
    ),
    put(condemnedKey(version, purgeAfter!), { repository, id, number }),
    ...emit(repository, tick, actor.at, [
      versionEvent(identity, 'Holdfast Version Condemned', version, actor.by),
    ]),
  ];
}

/** Nothing changes but the outbox, and that only while the version is still in use. */
async function refuse(
  context: Context,
  item: VersionItem,
  actor: Actor,
  untold: (usage: Usage) => boolean,
): Promise<Plan<CondemnResult>> {
  const { ticks, identity } = context;
  const version = versionRecord(item);
  const usage: Usage = await usageOf(context, version);
  if (untold(usage)) return { actions: [], result: { outcome: 'in-use', version, usage } };
  const tick = ticks.next();
  return {
    actions: [
      update(
        versionKey(version),
        { set: [expr`#tick = ${tick}`] },
        and(isLive, expr`NOT (${notInUse})`, before(tick)),
      ),
      ...emit(version.repository, tick, actor.at, [deletionRefused(identity, version, usage, actor.by)]),
    ],
    result: { outcome: 'in-use', version, usage },
  };
}

export function restoreVersion(context: Context, key: VersionKey, actor: Actor): Promise<RestoreResult> {
  return carryOut(context, async (): Promise<Plan<RestoreResult>> => {
    const item = await findVersionItem(context, key);
    if (item === undefined || item.state === 'deleted') return { actions: [], result: { outcome: 'absent' } };
    const version: VersionRecord = { ...factsOf(item), state: 'live' };
    if (item.state === 'live') return { actions: [], result: { outcome: 'already-live', version } };
    const tick = context.ticks.next();
    return {
      actions: [
        update(versionKey(item), reviving(tick), and(isCondemned(item), before(tick))),
        ...restoringArtifacts([item], tick),
        ...emit(item.repository, tick, actor.at, [
          versionEvent(context.identity, 'Holdfast Version Restored', version, actor.by),
        ]),
      ],
      result: { outcome: 'restored', version },
    };
  });
}

/** The change that makes a condemned version live again. */
export const reviving = (tick: number) => ({
  set: [expr`#state = ${'live'}`, expr`#tick = ${tick}`],
  remove: [expr`#condemnedAt`, expr`#purgeAfter`],
});

/** What restored versions change besides themselves. */
export function restoringArtifacts(items: readonly VersionRecord[], tick: number): Action[] {
  const byArtifact = Map.groupBy(items, ({ repository, id }) => JSON.stringify([repository, id]));
  return [
    ...[...byArtifact.values()].map((restored) => {
      const { repository, id } = restored[0]!;
      const numbers = new Set(restored.map(({ number }) => number));
      const add = [expr`#live ${restored.length}`];
      const set = [expr`#tick = ${tick}`];
      return update(
        artifactKey(repository, id),
        { set, add, delete: [expr`#condemned ${numbers}`] },
        before(tick),
      );
    }),
    ...items.map((item) => remove(condemnedKey(item, item.purgeAfter!))),
  ];
}
