import type { BookmarkRecord, ReferenceRecord, Usage, VersionKey } from '../../../model.js';
import type { Context } from './context.js';
import { expr } from './expressions.js';
import { bookmarkRecord, inOrder, referenceRecord, type BookmarkItem } from './items.js';
import { bookmarksIn, usesOf, usesOfVersion, versionsOf } from './keys.js';

export async function usageOf(context: Context, key: VersionKey): Promise<Usage> {
  const [references, bookmarks] = await Promise.all([
    referencesTo(context, key),
    bookmarksOf(context, key.repository, key.id),
  ]);
  return { references, bookmarks: bookmarks.filter(({ number }) => number === key.number) };
}

async function referencesTo({ table }: Context, key: VersionKey): Promise<ReferenceRecord[]> {
  const references: ReferenceRecord[] = [];
  const prefix = usesOfVersion(key);
  for await (const item of table.range<ReferenceRecord>(versionsOf(key.repository), { prefix })) {
    references.push(referenceRecord(item));
  }
  return inOrder(references);
}

/** The artifact's bookmarks that stand on a version, in order of their names. */
export async function bookmarksOf(
  { table }: Context,
  repository: string,
  id: string,
): Promise<BookmarkRecord[]> {
  const records: BookmarkRecord[] = [];
  const range = table.range<BookmarkItem>(versionsOf(repository), { prefix: bookmarksIn(id) });
  for await (const item of range) {
    const record = bookmarkRecord(item);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Consumers that use any version of the artifact and came to it through the bookmark. */
export async function consumersThrough(
  { table }: Context,
  { repository, id, name }: { readonly repository: string; readonly id: string; readonly name: string },
): Promise<string[]> {
  const consumers = new Set<string>();
  const filter = expr`#bookmark = ${name}`;
  for await (const item of table.range<ReferenceRecord>(versionsOf(repository), {
    prefix: usesOf(id),
    filter,
  })) {
    consumers.add(item.consumer);
  }
  return [...consumers].toSorted();
}
