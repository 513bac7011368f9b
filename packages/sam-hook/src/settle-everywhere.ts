import type { CloudFormationApi, StackOutcome } from '@holdfast/cloudformation';
import { isHoldfastError, type ArtifactStore } from '@holdfast/core';
import { loadCloudFormation } from './lazy-modules.js';
import { applyToAwsClients, withCloudFormation, type SamSession } from './session.js';

/**
 * Makes CloudFormation ready to be asked while sam still runs: to load what it takes costs no time of its own then. Undefined when that failed; asking
 * tells why.
 */
export async function openAhead({ env }: SamSession): Promise<CloudFormationApi | undefined> {
  try {
    applyToAwsClients(env);
    const api = await loadCloudFormation().openCloudFormation();
    await api.place().catch(() => undefined);
    return api;
  } catch {
    return undefined;
  }
}

/**
 * Settles the session's stack in the store, and where it lies in another region than the store also among the replicas there; each by itself,
 * from the same evidence. It never throws for an answer that was not had. Closes what was opened ahead.
 */
export function settleEverywhere(
  session: SamSession,
  store: ArtifactStore,
  stack: string,
  finished: readonly string[],
  opened?: CloudFormationApi,
): Promise<StackOutcome[]> {
  const { settleStack } = loadCloudFormation();
  const settle = async (api: CloudFormationApi): Promise<StackOutcome[]> => {
    const outcomes = await settleStack({ store, api, stack, finished });
    // Settling the store has told already when nobody says where CloudFormation is.
    const { region } = (await api.place().catch(() => undefined)) ?? store.identity;
    if (region === store.identity.region || !session.settings.store.startsWith('aws:')) return outcomes;
    try {
      if (!(await store.replicaRegions()).includes(region)) return outcomes;
      const replicas = await store.inRegion(region);
      try {
        outcomes.push(...(await settleStack({ store: replicas, api, stack, finished })));
      } finally {
        await replicas.close();
      }
    } catch (error) {
      if (!isHoldfastError(error)) throw error;
      const message = `the replicas in ${region} were not settled: ${error.message}`;
      const undecided = [{ code: error.code, message }];
      outcomes.push({ consumer: stack, result: 'undecided', added: [], released: [], undecided, notes: [] });
    }
    return outcomes;
  };
  return opened === undefined
    ? withCloudFormation(session, settle)
    : settle(opened).finally(() => opened.close());
}
