import type { CloudFormationApi, StackOutcome } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
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
  const { settleReplicas, settleStack } = loadCloudFormation();
  const settle = async (api: CloudFormationApi): Promise<StackOutcome[]> => {
    const what = { store, api, stack, finished };
    const outcomes = await settleStack(what);
    // A store that is tied to no region has no replicas in others.
    if (session.settings.store.startsWith('aws:')) outcomes.push(...(await settleReplicas(what)));
    return outcomes;
  };
  return opened === undefined
    ? withCloudFormation(session, settle)
    : settle(opened).finally(() => opened.close());
}
