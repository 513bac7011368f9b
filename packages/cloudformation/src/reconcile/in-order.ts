import { HoldfastError } from '@holdfast/core';

export interface InOrderOptions {
  /** How many are dealt with at once. */
  readonly concurrency: number;
  /** Begins no further one. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of the first items that are done without a gap, whenever it has grown. */
  readonly onFront?: (done: number) => void;
}

/** How many consumers are read at once when nobody says. */
export const DEFAULT_CONCURRENCY = 8;

/**
 * Begins an action for each item in their order, some at once. Returns how many of the first items are done without a gap: work
 * that was ended early goes on from there. Throws `invalid-input` for a concurrency below 1, and what an action throws.
 */
export async function inOrder<Item>(
  items: readonly Item[],
  { concurrency, signal, onFront }: InOrderOptions,
  action: (item: Item) => Promise<void>,
): Promise<number> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new HoldfastError('invalid-input', `concurrency ${concurrency} is not a whole number above 0`);
  }
  const done: boolean[] = items.map(() => false);
  let next = 0;
  let front = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && signal?.aborted !== true) {
      const index = next;
      next += 1;
      await action(items[index]!);
      done[index] = true;
      if (index !== front) continue;
      while (done[front] === true) front += 1;
      onFront?.(front);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return front;
}
