import { HoldfastError } from '../errors.js';
import { checkLifecycle } from '../lifecycle/index.js';
import type { LifecycleRecord } from '../model.js';
import { actorOf, type StoreContext } from './context.js';

/** Puts a lifecycle, or takes it away when undefined. Throws `invalid-input` and `conflict`. */
export async function setLifecycle(
  context: StoreContext,
  value: unknown,
  repository: string,
  expected: number | undefined,
): Promise<LifecycleRecord> {
  const result = await context.engine.catalog.putLifecycle({
    ...actorOf(context),
    repository,
    ...(value === undefined ? {} : { lifecycle: checkLifecycle(value) }),
    ...(expected === undefined ? {} : { expected }),
  });
  if (result.outcome === 'changed') return result.record;
  throw new HoldfastError(
    'conflict',
    `the lifecycle of repository "${repository}" has revision ${result.current}, not ${expected}`,
    { hint: `See what it says now with: holdfast lifecycle show --repository ${repository}` },
  );
}
