import { isHoldfastError, type ArtifactStore } from '@holdfast/core';
import { undecided, type StackOutcome } from '../settlement/outcome.js';
import { settleStack, type SettleOptions } from '../settlement/settle-stack.js';

export interface SettleReplicasOptions extends Omit<SettleOptions, 'store'> {
  readonly store: ArtifactStore;
}

/**
 * Settles a stack in the catalog of its own region's replicas. Nothing where the store has none there, and in the home region.
 *
 * Each catalog is settled by itself, from the same evidence: what one releases says nothing about the other. It never throws for an answer that
 * was not had.
 */
export async function settleReplicas({ store, ...options }: SettleReplicasOptions): Promise<StackOutcome[]> {
  // Settling the home catalog has told already when nobody says where CloudFormation is.
  const place = await options.api.place().catch(() => undefined);
  if (place === undefined || place.region === store.identity.region) return [];
  const { region } = place;
  try {
    if (!(await store.replicaRegions()).includes(region)) return [];
    const replicas = await store.inRegion(region);
    try {
      return await settleStack({ store: replicas, ...options });
    } finally {
      await replicas.close();
    }
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    const { code, message } = error;
    return [
      undecided(options.stack, [{ code, message: `the replicas in ${region} were not settled: ${message}` }]),
    ];
  }
}
