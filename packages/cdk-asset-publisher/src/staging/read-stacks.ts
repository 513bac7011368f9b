import { readEvidence, type CloudFormationApi } from '@holdfast/cloudformation';
import { HoldfastError, mapBounded } from '@holdfast/core';
import type { StackText, StagingEvidence } from './find-live.js';

/** How many stacks are read at once. */
const AT_ONCE = 8;
/** Every status but that of a stack that is gone: a failed deletion leaves a stack that still uses what it names. */
const GONE = 'DELETE_COMPLETE';

/**
 * What all stacks of an account and region use: templates as given and as processed, parameters, and those of change sets that wait for
 * somebody, nested stacks included. Throws when the stacks cannot be listed; what cannot be read of one is in the doubts.
 */
export async function readStacks(api: CloudFormationApi): Promise<StagingEvidence> {
  const stacks = await listStacks(api);
  const texts: StackText[] = [];
  const doubts: StagingEvidence['doubts'][number][] = [];
  await mapBounded(stacks, AT_ONCE, async ({ stackId, stackName }) => {
    const evidence = await readEvidence(api, stackId);
    doubts.push(...evidence.doubts);
    const pending = evidence.pending.flatMap((changeSet) => changeSet.texts);
    for (const { source, text } of [...evidence.texts, ...pending])
      texts.push({ stackId, stackName, source, text });
  });
  return { texts, doubts };
}

async function listStacks(api: CloudFormationApi): Promise<{ stackId: string; stackName: string }[]> {
  const found: { stackId: string; stackName: string }[] = [];
  let token: string | undefined;
  do {
    let page;
    try {
      page = await api.listStacks(token === undefined ? {} : { NextToken: token });
    } catch (cause) {
      throw new HoldfastError('unavailable', 'CloudFormation could not be asked for its stacks', { cause });
    }
    for (const { StackId: stackId, StackName: stackName = '', StackStatus } of page.StackSummaries ?? [])
      if (stackId !== undefined && StackStatus !== GONE) found.push({ stackId, stackName });
    token = page.NextToken === token ? undefined : page.NextToken;
  } while (token !== undefined);
  return found;
}
