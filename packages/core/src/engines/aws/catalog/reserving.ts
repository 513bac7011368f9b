import { update } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { before } from './deletion.js';
import { and, expr } from './expressions.js';
import type { ArtifactItem } from './items.js';
import { artifactKey } from './keys.js';
import { requireRepository } from './repositories.js';

/** Raises the last number of an artifact, which need not have a version, unless it is that high already. */
export async function reserveNumbers(
  context: Context,
  repository: string,
  id: string,
  upTo: number,
): Promise<void> {
  await requireRepository(context, repository);
  await carryOut(context, (refusals): Plan<void> => {
    const found = refusals?.[0] as ArtifactItem | undefined | null;
    context.hints.sawNumber(repository, id, Math.max(found?.last ?? 0, upTo));
    if ((found?.last ?? 0) >= upTo) return { actions: [], result: undefined };
    const tick = context.ticks.next();
    const set = [
      ...[expr`#last = ${upTo}`, expr`#tick = ${tick}`],
      ...[expr`#repository = ${repository}`, expr`#id = ${id}`],
    ];
    const lower = and(expr`#last < ${upTo}`, before(tick));
    return {
      actions: [
        update(
          artifactKey(repository, id),
          { set, add: [expr`#live ${0}`, expr`#kept ${0}`] },
          expr`attribute_not_exists(#last) OR (${lower})`,
        ),
      ],
      result: undefined,
    };
  });
}
