import { LookAhead } from '@holdfast/core';
import type { AssemblyStack } from '../assembly/read-assembly.js';
import { publishTogether } from './publish-together.js';
import { usesOf } from './stack-uses.js';
import { StackWork, type FilledStack, type PublishingStore, type StackOptions } from './stack-work.js';

/**
 * Publishes what stacks of one store use, the deepest nested templates before those that name them, and fills their templates in.
 *
 * All assets go in one batch, and each level of templates in one more; the first look of all is for the templates, too. Throws what the store throws; what was published by then stays.
 */
export async function publishStacks(
  store: PublishingStore,
  stacks: readonly AssemblyStack[],
  optionsOf: (stack: AssemblyStack) => StackOptions,
): Promise<FilledStack[]> {
  await store.checkLocatable();
  const work = stacks.map((stack) => new StackWork(store, usesOf(stack), optionsOf(stack)));
  const ahead = new LookAhead(work.flatMap((one) => one.templates));
  await publishTogether(store, (await Promise.all(work.map((one) => one.assetItems()))).flat(), ahead);
  await Promise.all(work.map((one) => one.resolveArns()));
  const deepest = Math.max(0, ...work.map((one) => one.depth));
  for (let depth = deepest; depth >= 1; depth -= 1) {
    await publishTogether(
      store,
      (await Promise.all(work.map((one) => one.nestedItems(depth)))).flat(),
      ahead,
    );
  }
  await publishTogether(store, await Promise.all(work.map((one) => one.templateItem())), ahead);
  return Promise.all(work.map((one) => one.filled()));
}
