import type { LifecycleRecord } from '../../../model.js';
import type { PutLifecycleInput, PutLifecycleResult } from '../../../ports/index.js';
import { check } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { expr } from './expressions.js';
import { repositoryKey } from './keys.js';
import { getLifecycle, replacing } from './lifecycle-items.js';
import { requireRepository } from './repositories.js';

export { getLifecycle };

export function putLifecycle(context: Context, input: PutLifecycleInput): Promise<PutLifecycleResult> {
  const { repository, lifecycle, expected, at, by } = input;
  return carryOut(context, async (): Promise<Plan<PutLifecycleResult>> => {
    await requireRepository(context, repository);
    const current = (await getLifecycle(context, repository))?.revision ?? 0;
    if (expected !== undefined && expected !== current) {
      return { actions: [], result: { outcome: 'conflict', current } };
    }
    const record: LifecycleRecord = {
      ...{ repository, revision: current + 1, changedAt: at, changedBy: by },
      ...(lifecycle === undefined ? {} : { lifecycle }),
    };
    const isLive = check(repositoryKey(repository), expr`#state = ${'live'}`);
    return { actions: [replacing(record), isLive], result: { outcome: 'changed', record } };
  });
}
