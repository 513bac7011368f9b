import type { ArtifactStore, LookAhead, PublishInput, PublishResult } from '@holdfast/core';

/** Something to publish, and who wants to know what came of it. Items of one key have one content. */
export interface Item {
  readonly key: string;
  readonly input: PublishInput;
  readonly done: (result: PublishResult) => void;
}

/** Publishes items in one batch; a content that several of them have is read once. */
export async function publishTogether(
  store: Pick<ArtifactStore, 'publishAll'>,
  items: readonly Item[],
  ahead: LookAhead,
): Promise<void> {
  const groups = [...Map.groupBy(items, ({ key }) => key).values()];
  if (groups.length === 0) return;
  const results = await store.publishAll(
    groups.map(([first]) => first!.input),
    ahead,
  );
  const others: Item[] = [];
  for (const [i, [first, ...rest]] of groups.entries()) {
    first!.done(results[i]!);
    const { digest, mediaType } = results[i]!.version;
    for (const item of rest)
      others.push({ ...item, input: { ...item.input, source: { kind: 'digest', digest }, mediaType } });
  }
  if (others.length === 0) return;
  const again = await store.publishAll(
    others.map(({ input }) => input),
    ahead,
  );
  for (const [i, item] of others.entries()) item.done(again[i]!);
}
