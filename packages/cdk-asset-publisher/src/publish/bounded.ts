/**
 * Runs an action for each item, at most `limit` at once. After a failure no further one is begun; those that run are waited for,
 * then the first failure is thrown.
 */
export async function mapBounded<T>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    while (waiting.length > 0 && failures.length === 0) {
      try {
        await action(waiting.shift()!);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
