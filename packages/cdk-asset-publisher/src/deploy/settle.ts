import { openCloudFormation, settleStack, type StackOutcome } from '@holdfast/cloudformation';
import type { StoreOpener } from '../publish/stores.js';
import type { RecordedStack } from './record.js';

/** How many stacks are settled at once. */
const MAX_TOGETHER = 4;

/** Settles every stack of a deployment by what CloudFormation says. Never throws for an answer that was not had: that is an outcome. */
export async function settleStacks(
  stacks: readonly RecordedStack[],
  deployment: string | undefined,
  openStore: StoreOpener,
): Promise<StackOutcome[]> {
  const outcomes: StackOutcome[] = [];
  const waiting = [...stacks];
  const work = async (): Promise<void> => {
    for (let stack = waiting.shift(); stack !== undefined; stack = waiting.shift()) {
      const { store, place } = await openStore(stack.environment);
      const api = await openCloudFormation({ region: place.region });
      try {
        const finished = deployment === undefined ? [] : [deployment];
        outcomes.push(...(await settleStack({ store, api, stack: stack.stackName, finished })));
      } finally {
        api.close();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_TOGETHER, stacks.length) }, work));
  return outcomes;
}
