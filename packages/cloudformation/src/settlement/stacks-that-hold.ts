import type { ArtifactStore } from '@holdfast/core';

/**
 * The IDs of the stacks that have or had a name, and hold something in the store. Reads all consumers.
 *
 * @param unbound the stack's ARN without ID, as {@link stackConsumer} makes it
 */
export async function stacksThatHold(
  store: Pick<ArtifactStore, 'listConsumers'>,
  unbound: string,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const consumer of store.listConsumers()) {
    if (consumer.startsWith(`${unbound}/`)) ids.push(consumer);
  }
  return ids;
}
