import { referenceEvent, versionEvent, type EventDraft } from '../../../events/index.js';
import type { Instant, ReferenceRecord, VersionRecord } from '../../../model.js';
import { put, remove, update, type Action } from './actions.js';
import type { Context } from './context.js';
import { before, isLive, isCondemned, restoringArtifacts, reviving } from './deletion.js';
import { and, expr, path, type Expression } from './expressions.js';
import { consumerUsesKey, hashOf, listedConsumerKey, useKey, versionKey, type Key } from './keys.js';
import { emit } from './outbox.js';
import type { VersionItem } from './items.js';

/**
 * A change to one use (a reference or pin). A use is kept twice: at the version, one item each, and at its consumer, as
 * an attribute of one of the consumer's parts. Both change in one transaction, with the version's count.
 */
export interface UseChange {
  readonly kind: 'add' | 'touch' | 'drop';
  readonly use: ReferenceRecord;
}

/** The same for two uses that are one: a reference belongs to its slot, a pin to its deployment as well. */
export function identityOf({ kind, version, consumer, slot, deployment }: ReferenceRecord): string {
  const { repository, id, number } = version;
  return hashOf(kind, consumer, slot, repository, id, String(number), kind === 'pin' ? deployment : '');
}

export const versionText = ({ repository, id, number }: ReferenceRecord['version']): string =>
  JSON.stringify([repository, id, number]);

/** The attribute of a consumer's part that a use is kept in. */
export const useAttribute = (use: ReferenceRecord): Expression => path(`u${identityOf(use)}`);

/** What a part of a consumer keeps of its use. */
export function atConsumer({ consumer: _, ...use }: ReferenceRecord): Omit<ReferenceRecord, 'consumer'> {
  return use;
}

export type Subject =
  | { readonly of: 'use'; readonly change: UseChange }
  | { readonly of: 'version'; readonly version: ReferenceRecord['version'] }
  | { readonly of: 'other' };

/** An action, and what it is about, so that its refusal can be understood. */
export interface Aimed {
  readonly action: Action;
  readonly subject: Subject;
}

const other = (action: Action): Aimed => ({ action, subject: { of: 'other' } });

const exists = expr`attribute_exists(#pk)`;

function useAction({ kind, use }: UseChange): Action {
  const key = useKey(use.version, identityOf(use));
  const { deployment, bookmark } = use;
  switch (kind) {
    case 'add':
      return put(key, use, expr`attribute_not_exists(#pk)`);
    case 'touch': {
      const set = [expr`#deployment = ${deployment}`];
      if (bookmark === undefined) return update(key, { set, remove: [expr`#bookmark`] }, exists);
      return update(key, { set: [...set, expr`#bookmark = ${bookmark}`] }, exists);
    }
    case 'drop':
      return remove(key, exists);
  }
}

/** All changes of one transaction; `revived` are the condemned versions that come back because they are used. */
export function actionsFor(
  context: Context,
  consumer: string,
  changes: readonly UseChange[],
  revived: ReadonlyMap<string, VersionItem>,
  { at, by }: { readonly at: Instant; readonly by: string },
): Aimed[] {
  const tick = context.ticks.next();
  const counted = changes.filter(({ kind }) => kind !== 'touch');
  const versions = [...Map.groupBy(counted, ({ use }) => versionText(use.version))];
  const restored = versions.flatMap(([text]) => revived.get(text) ?? []);
  const net = netOf(counted);
  return [
    ...changes.map((change) => ({ action: useAction(change), subject: { of: 'use', change } as const })),
    ...versions.map(([text, group]) => ({
      action: versionAction(group, revived.get(text), tick, at),
      subject: { of: 'version', version: group[0]!.use.version } as const,
    })),
    ...restoringArtifacts(restored, tick).map(other),
    ...consumerParts(changes).map(other),
    ...(net === 0 ? [] : [other(update(listedConsumerKey(consumer), { add: [expr`#held ${net}`] }))]),
    ...eventsOf(context, counted, restored, tick, at, by).map(other),
  ];
}

const netOf = (changes: readonly UseChange[]): number =>
  changes.reduce((sum, { kind }) => sum + (kind === 'add' ? 1 : -1), 0);

function versionAction(
  changes: readonly UseChange[],
  condemned: VersionItem | undefined,
  tick: number,
  at: Instant,
): Action {
  const { version } = changes[0]!.use;
  const add = [expr`#usages ${netOf(changes)}`];
  if (condemned !== undefined) {
    return update(versionKey(version), { ...reviving(tick), add }, and(isCondemned(condemned), before(tick)));
  }
  const adds = changes.some(({ kind }) => kind === 'add');
  const releases = changes.some(({ kind, use }) => kind === 'drop' && use.kind === 'reference');
  const set = [expr`#tick = ${tick}`, ...(releases ? [expr`#releasedAt = ${at}`] : [])];
  return update(versionKey(version), { set, add }, adds ? and(isLive, before(tick)) : before(tick));
}

/** The consumer's parts that the changes fall into, each changed once. */
export function consumerParts(changes: readonly UseChange[]): Action[] {
  const keyOf = ({ use }: UseChange): Key => consumerUsesKey(use.consumer, use.version);
  const parts = Map.groupBy(changes, (change) => JSON.stringify(keyOf(change)));
  return [...parts.values()].map((group) =>
    update(keyOf(group[0]!), {
      set: group
        .filter(({ kind }) => kind !== 'drop')
        .map(({ use }) => expr`${useAttribute(use)} = ${atConsumer(use)}`),
      remove: group.filter(({ kind }) => kind === 'drop').map(({ use }) => useAttribute(use)),
    }),
  );
}

function eventsOf(
  { identity }: Context,
  changes: readonly UseChange[],
  restored: readonly VersionRecord[],
  tick: number,
  at: Instant,
  by: string,
): Action[] {
  const drafts: [string, EventDraft][] = [
    ...restored.map((version): [string, EventDraft] => [
      version.repository,
      versionEvent(identity, 'Holdfast Version Restored', version, by),
    ]),
    ...changes.map(({ kind, use }): [string, EventDraft] => [
      use.version.repository,
      referenceEvent(
        identity,
        kind === 'add' ? 'Holdfast Reference Registered' : 'Holdfast Reference Released',
        use,
      ),
    ]),
  ];
  return [...Map.groupBy(drafts, ([repository]) => repository)].flatMap(([repository, group]) =>
    emit(
      repository,
      tick,
      at,
      group.map(([, draft]) => draft),
    ),
  );
}

/** In this order the uses of one version, and those of one part of the consumer, stand together. */
export function inTransactionOrder(changes: readonly UseChange[]): UseChange[] {
  const text = ({ use }: UseChange): string =>
    consumerUsesKey(use.consumer, use.version).sk + versionText(use.version);
  return changes
    .map((change) => [text(change), change] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, change]) => change);
}
