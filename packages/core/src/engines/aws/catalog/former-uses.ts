import type { FormerUse, ReferenceRecord, VersionKey } from '../../../model.js';
import type { SettleInput } from '../../../ports/index.js';
import { formerUsesAfter } from '../../former-uses/update.js';
import { put, remove, type Action } from './actions.js';
import type { Context } from './context.js';
import { expr } from './expressions.js';
import { FORMER_PARTITIONS, formerKey, formerOf, formerPartition, type Key } from './keys.js';
import { versionText, type UseChange } from './uses.js';

/** A part of what a consumer's slots used before. */
interface FormerItem {
  readonly consumer: string;
  readonly uses: readonly Omit<FormerUse, 'consumer'>[];
  /** Counts its changes. */
  readonly edition: number;
}

const usesIn = ({ consumer, uses }: FormerItem): FormerUse[] => uses.map((use) => ({ ...use, consumer }));

/**
 * The actions that bring a consumer's history up to date, for the transaction that releases the first reference; none when
 * nothing is released. Refused when another settle of the consumer got there first.
 */
export async function planFormerUses(
  context: Context,
  changes: readonly UseChange[],
  held: readonly ReferenceRecord[],
  { consumer, at }: SettleInput,
): Promise<Action[]> {
  const gone = changes.filter(({ kind, use }) => kind === 'drop' && use.kind === 'reference');
  if (gone.length === 0) return [];
  const items = await itemsOf(context, consumer);
  const released = gone.map(({ use: { slot, version } }) => ({ consumer, slot, version, releasedAt: at }));
  const after = formerUsesAfter([...items.values()].flatMap(usesIn), released, held);
  const parts = Map.groupBy(after, ({ slot }) => formerKey(consumer, slot).sk);
  return [...new Set([...items.keys(), ...parts.keys()])].flatMap((sk) =>
    changePart(consumer, sk, items.get(sk), parts.get(sk) ?? []),
  );
}

async function itemsOf({ table }: Context, consumer: string): Promise<Map<string, FormerItem>> {
  const items = new Map<string, FormerItem>();
  const range = table.range<FormerItem & Key>(formerPartition(consumer), { prefix: formerOf(consumer) });
  for await (const item of range) items.set(item.sk, item);
  return items;
}

function changePart(
  consumer: string,
  sk: string,
  seen: FormerItem | undefined,
  after: readonly FormerUse[],
): Action[] {
  const key = { pk: formerPartition(consumer), sk };
  const asSeen = seen === undefined ? expr`attribute_not_exists(#pk)` : expr`#edition = ${seen.edition}`;
  if (after.length === 0) return seen === undefined ? [] : [remove(key, asSeen)];
  const uses = after.map(({ consumer: _, ...use }) => use);
  const item: FormerItem = { consumer, uses, edition: (seen?.edition ?? 0) + 1 };
  return [put(key, item, asSeen)];
}

/** Those of all consumers. */
export async function allFormerUses({ table }: Context): Promise<FormerUse[]> {
  const readPartition = async (partition: string): Promise<FormerUse[]> => {
    const uses: FormerUse[] = [];
    for await (const item of table.range<FormerItem>(partition)) uses.push(...usesIn(item));
    return uses;
  };
  return (await Promise.all(FORMER_PARTITIONS.map(readPartition))).flat();
}

export async function formerUsesOf(context: Context, key: VersionKey): Promise<FormerUse[]> {
  const wanted = versionText(key);
  const text = ({ consumer, slot }: FormerUse): string => JSON.stringify([consumer, slot]);
  return (await allFormerUses(context))
    .filter(({ version }) => versionText(version) === wanted)
    .toSorted((a, b) => a.rank - b.rank || (text(a) < text(b) ? -1 : 1));
}
