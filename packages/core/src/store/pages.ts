import type { Page } from '../ports/index.js';

export const PAGE_SIZE = 500;

/** Every entry of a listing, page by page. */
export async function* pagesOf<Entry, Key>(
  list: (page: Page<Key>) => Promise<readonly Entry[]>,
  keyOf: (entry: Entry) => Key,
  first?: Key,
  limit = PAGE_SIZE,
): AsyncGenerator<Entry> {
  let after = first;
  for (;;) {
    const entries = await list(after === undefined ? { limit } : { after, limit });
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < limit) return;
    after = keyOf(last);
  }
}
