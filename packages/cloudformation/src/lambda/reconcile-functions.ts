import { doubtOf } from '../evidence/read-evidence.js';
import { undecided, type StackOutcome } from '../settlement/outcome.js';
import type { ArtifactStore } from '@holdfast/core';
import { versionFinder } from './find-versions.js';
import { parseFunctionArn, parseLayerArn } from './names.js';
import { settleFunction, type SettleFunctionOptions } from './settle-function.js';

export type ReconcileFunctionsOptions = Omit<SettleFunctionOptions, 'arn' | 'store'> & {
  readonly store: SettleFunctionOptions['store'] & Pick<ArtifactStore, 'listConsumers'>;
  /** Ends the work after the one that is being settled. */
  readonly signal?: AbortSignal;
};

/**
 * Settles every function and layer version that the store holds something for. What it knows nothing of is left alone: a code
 * that a stack deployed is held by the stack.
 */
export async function reconcileFunctions(options: ReconcileFunctionsOptions): Promise<StackOutcome[]> {
  const finder = options.finder ?? versionFinder(options.store);
  const consumers: string[] = [];
  for await (const arn of options.store.listConsumers()) {
    if (parseFunctionArn(arn) !== undefined || parseLayerArn(arn) !== undefined) consumers.push(arn);
  }
  const outcomes: StackOutcome[] = [];
  for (const arn of consumers) {
    if (options.signal?.aborted === true) break;
    try {
      outcomes.push(await settleFunction({ ...options, finder, arn }));
    } catch (error) {
      outcomes.push(undecided(arn, [doubtOf(error, `settle ${arn}`)]));
    }
  }
  return outcomes;
}
