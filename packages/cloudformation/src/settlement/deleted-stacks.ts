import type { CloudFormationApi } from '../evidence/api.js';
import { ask } from '../evidence/failures.js';
import { itemsOf, withToken } from '../evidence/pages.js';

export interface DeletedStack {
  readonly stackId: string;
  /** Milliseconds since 1970. */
  readonly deletedAt: number;
}

/** The deleted stacks that had a name, newest first; CloudFormation knows them for 90 days. */
export async function deletedStacks(api: CloudFormationApi, name: string): Promise<DeletedStack[]> {
  const summaries = itemsOf(async (token) => {
    const input = withToken({ StackStatusFilter: ['DELETE_COMPLETE' as const] }, token);
    const page = await ask('list deleted stacks', () => api.listStacks(input));
    return { items: page.StackSummaries ?? [], next: page.NextToken };
  });
  const found: DeletedStack[] = [];
  for await (const { StackName, StackId: stackId, DeletionTime, StackStatus } of summaries) {
    if (StackName !== name || stackId === undefined || StackStatus !== 'DELETE_COMPLETE') continue;
    found.push({ stackId, deletedAt: DeletionTime?.getTime() ?? Infinity });
  }
  return found.toSorted((a, b) => b.deletedAt - a.deletedAt);
}
