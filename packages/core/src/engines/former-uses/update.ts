import type { FormerUse, ReferenceRecord, VersionKey } from '../../model.js';

/** How many former versions of a slot are remembered; the most that a lifecycle can keep for rollback. */
export const MAX_FORMER = 20;

type Held = Pick<ReferenceRecord, 'slot' | 'version'>;

const versionText = ({ repository, id, number }: VersionKey): string =>
  JSON.stringify([repository, id, number]);

/**
 * What a consumer's slots used before, after some of its references were released.
 *
 * In a slot that is in use ranks count the versions it had before. In one that is not, they count the changes of the consumer
 * since, so that slots whose names change with every deployment are forgotten. A consumer that holds nothing has no history.
 *
 * @param before what they had used before the release
 * @param released the references that go, which are in use no more
 * @param held the references that stay
 */
export function formerUsesAfter(
  before: readonly FormerUse[],
  released: readonly Omit<FormerUse, 'rank'>[],
  held: readonly Held[],
): FormerUse[] {
  if (held.length === 0 || released.length === 0) return held.length === 0 ? [] : [...before];
  const uses = Map.groupBy(held, ({ slot }) => slot);
  const gone = Map.groupBy(released, ({ slot }) => slot);
  const slots = Map.groupBy(before, ({ slot }) => slot);
  return [...new Set([...slots.keys(), ...gone.keys()])].flatMap((slot) => {
    const inUse = new Set(uses.get(slot)?.map(({ version }) => versionText(version)));
    const newest = (gone.get(slot) ?? []).map((use): FormerUse => ({ ...use, rank: 1 }));
    const known = new Set([...inUse, ...newest.map(({ version }) => versionText(version))]);
    const ages = newest.length > 0 || inUse.size === 0;
    const older = (slots.get(slot) ?? [])
      .filter(({ version }) => !known.has(versionText(version)))
      .map((use) => (ages ? { ...use, rank: use.rank + 1 } : use));
    const all = [...newest.filter(({ version }) => !inUse.has(versionText(version))), ...older];
    return (inUse.size > 0 ? withoutGaps(all) : all).filter(({ rank }) => rank <= MAX_FORMER);
  });
}

/** A version that is used again has left its place to those that were used before it. */
function withoutGaps(uses: readonly FormerUse[]): FormerUse[] {
  const ranks = [...new Set(uses.map(({ rank }) => rank))].toSorted((a, b) => a - b);
  return uses.map((use) => ({ ...use, rank: ranks.indexOf(use.rank) + 1 }));
}
