import { checkArtifactId, checkBookmarkName, quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { BookmarkRecord } from '../model.js';
import { actorOf, bookmarkArn, type StoreContext } from './context.js';
import { noteLines } from './noting.js';
import { resolveNamed } from './resolve.js';
import type { Bookmark } from './types.js';

export async function setBookmark(
  context: StoreContext,
  name: string,
  bookmark: string,
  repositoryOfName: string,
  expected: number | null | undefined,
): Promise<Bookmark> {
  checkBookmarkName(bookmark);
  const { version } = await resolveNamed(context, name, repositoryOfName);
  const { repository, id, number } = version;
  const result = await context.engine.catalog.moveBookmark({
    ...actorOf(context),
    ...{ repository, id, name: bookmark, to: number },
    ...(expected === undefined ? {} : { expected }),
  });
  switch (result.outcome) {
    case 'moved': {
      const { movedAt: at, movedBy: by } = result.bookmark;
      await noteLines(context, repository, [{ kind: 'bookmark', id, name: bookmark, number, at, by }]);
      return bookmarkOf(context, result.bookmark);
    }
    case 'unchanged':
      return bookmarkOf(context, result.bookmark);
    case 'conflict': {
      const found = result.current === null ? 'does not exist' : `stands on version ${result.current}`;
      throw new HoldfastError(
        'conflict',
        `bookmark ${quote(bookmark)} of ${quote(id)} ${found}, not where it was expected`,
        { data: { current: result.current } },
      );
    }
    case 'deleted':
    case 'absent':
      throw new HoldfastError('not-found', `${version.arn} was deleted in the meantime`);
  }
}

export async function deleteBookmark(
  context: StoreContext,
  id: string,
  bookmark: string,
  repository: string,
): Promise<void> {
  const actor = actorOf(context);
  const result = await context.engine.catalog.moveBookmark({
    ...actor,
    ...{ repository, id: checkArtifactId(id), name: checkBookmarkName(bookmark) },
  });
  if (result.outcome === 'absent') {
    throw new HoldfastError('not-found', `bookmark ${quote(bookmark)} of ${quote(id)} does not exist`);
  }
  await noteLines(context, repository, [{ kind: 'bookmark', id, name: bookmark, ...actor }]);
}

export function bookmarkOf(context: StoreContext, record: BookmarkRecord): Bookmark {
  return { arn: bookmarkArn(context.identity, record), ...record };
}
