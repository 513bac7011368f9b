import type { LifecycleRecord } from '../../../model.js';
import type { Actor } from '../../../ports/index.js';
import { put, type Action } from './actions.js';
import type { Context } from './context.js';
import { expr } from './expressions.js';
import { lifecycleKey } from './keys.js';

export async function getLifecycle(
  { table }: Context,
  repository: string,
): Promise<LifecycleRecord | undefined> {
  const item = await table.get<LifecycleRecord>(lifecycleKey(repository));
  if (item === undefined) return undefined;
  const { revision, changedAt, changedBy, lifecycle } = item;
  const record = { repository, revision, changedAt, changedBy };
  return lifecycle === undefined ? record : { ...record, lifecycle };
}

/** Puts the record, provided that the one before it is still there. */
export function replacing(record: LifecycleRecord): Action {
  const before = record.revision - 1;
  const asSeen = before === 0 ? expr`attribute_not_exists(#revision)` : expr`#revision = ${before}`;
  return put(lifecycleKey(record.repository), record, asSeen);
}

/** What takes a repository's lifecycle along when the repository is deleted. */
export async function droppingLifecycle(
  context: Context,
  repository: string,
  { at, by }: Actor,
): Promise<Action[]> {
  const current = await getLifecycle(context, repository);
  if (current?.lifecycle === undefined) return [];
  return [replacing({ repository, revision: current.revision + 1, changedAt: at, changedBy: by })];
}
