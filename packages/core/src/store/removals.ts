import type { ContentCopy, Engine } from '../ports/index.js';

/** Does every removal that was begun, by whomever, and returns what was removed. */
export async function removeContents(
  { catalog, content }: Pick<Engine, 'catalog' | 'content'>,
  repository: string,
): Promise<readonly (ContentCopy & { readonly size: number })[]> {
  const removals = await catalog.listRemovals(repository);
  for (const copy of removals) {
    await content.delete(copy);
    await catalog.finishRemoval(copy);
  }
  return removals;
}
