import type { CloudFormationApi } from './api.js';
import { ask, isUnknownCall, translateFailure } from './failures.js';
import { itemsOf, withToken } from './pages.js';

/** A refactoring that moved resources between stacks, or is about to. */
export interface Refactor {
  readonly id: string;
  readonly stackIds: readonly string[];
  readonly running: boolean;
}

export interface RefactoredWith {
  /** The other stacks that resources of this one may have moved to, over any number of steps. */
  readonly stackIds: readonly string[];
  readonly refactors: readonly Refactor[];
  /** Whether one of these refactorings is being carried out now. */
  readonly running: boolean;
}

/** Finds the stacks that resources of a stack may have moved to by refactoring. Throws `access-denied` and `unavailable`. */
export async function readRefactoredWith(api: CloudFormationApi, stackId: string): Promise<RefactoredWith> {
  const all = await readRefactors(api);
  const found = new Set([stackId]);
  let running = false;
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const refactor of all) {
      if (!refactor.stackIds.some((id) => found.has(id))) continue;
      running ||= refactor.running;
      for (const id of refactor.stackIds) found.add(id);
    }
  }
  const refactors = all.filter((it) => it.stackIds.some((id) => found.has(id)));
  found.delete(stackId);
  return { stackIds: [...found].toSorted(), refactors, running };
}

async function readRefactors(api: CloudFormationApi): Promise<Refactor[]> {
  const summaries = itemsOf(async (token) => {
    const input = withToken({}, token);
    const page = await api.listStackRefactors(input);
    return { items: page.StackRefactorSummaries ?? [], next: page.NextToken };
  });
  const refactors: Refactor[] = [];
  try {
    for await (const { StackRefactorId: id, ExecutionStatus: status = '' } of summaries) {
      // A refactoring that was never executed moved nothing. What failed or was rolled back may have.
      if (id === undefined || status === 'UNAVAILABLE' || status === 'AVAILABLE' || status === 'OBSOLETE')
        continue;
      const { StackIds: stackIds = [] } = await ask(`describe the stack refactoring ${id}`, () =>
        api.describeStackRefactor({ StackRefactorId: id }),
      );
      refactors.push({ id, stackIds, running: status.endsWith('_IN_PROGRESS') });
    }
  } catch (error) {
    // Where the service has no refactoring, nothing was ever moved by one.
    if (isUnknownCall(error)) return [];
    throw translateFailure(error, 'list stack refactorings');
  }
  return refactors;
}
