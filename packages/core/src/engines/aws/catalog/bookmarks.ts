import { bookmarkMoved } from '../../../events/index.js';
import type { BookmarkMove, BookmarkRecord } from '../../../model.js';
import type { MoveBookmarkInput, MoveBookmarkResult } from '../../../ports/index.js';
import { put, update, type Action } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { before, isLive } from './deletion.js';
import { and, expr } from './expressions.js';
import { bookmarkRecord, type BookmarkItem, type VersionItem } from './items.js';
import { bookmarkKey, moveKey, movesIn, movesOf, versionKey } from './keys.js';
import { emit } from './outbox.js';
import { consumersThrough } from './usage.js';

export async function getBookmark(
  { table }: Context,
  repository: string,
  id: string,
  name: string,
): Promise<BookmarkRecord | undefined> {
  return bookmarkRecord(await table.get<BookmarkItem>(bookmarkKey(repository, id, name)));
}

export async function bookmarkHistory(
  { table }: Context,
  repository: string,
  id: string,
  name: string,
): Promise<BookmarkMove[]> {
  const moves: BookmarkMove[] = [];
  const range = table.range<BookmarkMove>(movesIn(repository), { prefix: movesOf(id, name) });
  for await (const { revision, at, by, from, to } of range) {
    moves.push({
      revision,
      at,
      by,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
  }
  return moves;
}

export function moveBookmark(context: Context, input: MoveBookmarkInput): Promise<MoveBookmarkResult> {
  return carryOut(context, () => planMove(context, input));
}

const nothing = (result: MoveBookmarkResult): Plan<MoveBookmarkResult> => ({ actions: [], result });

/** Decided by what is there now; the transaction is refused when that is no longer so. */
async function planMove(context: Context, input: MoveBookmarkInput): Promise<Plan<MoveBookmarkResult>> {
  const { repository, id, name, to, expected, at, by } = input;
  const item = await context.table.get<BookmarkItem>(bookmarkKey(repository, id, name));
  const from = item?.number;
  if (expected !== undefined && expected !== (from ?? null)) {
    return nothing({ outcome: 'conflict', current: from ?? null });
  }
  if (from !== undefined && from === to)
    return nothing({ outcome: 'unchanged', bookmark: bookmarkRecord(item)! });
  if (to === undefined ? from === undefined : !(await isLiveNow(context, { repository, id, number: to }))) {
    return nothing({ outcome: 'absent' });
  }
  const move: BookmarkMove = {
    ...{ revision: (item?.revision ?? 0) + 1, at, by },
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const moved: BookmarkItem = {
    ...{ repository, id, name, revision: move.revision, movedAt: at, movedBy: by },
    ...(to === undefined ? {} : { number: to }),
  };
  const bookmark = bookmarkRecord(moved);
  return {
    actions: await movingActions(context, input, item, moved, move),
    result: bookmark === undefined ? { outcome: 'deleted' } : { outcome: 'moved', bookmark },
  };
}

async function isLiveNow({ table, ticks }: Context, key: Parameters<typeof versionKey>[0]): Promise<boolean> {
  const version = await table.get<VersionItem>(versionKey(key));
  ticks.observe(version);
  return version?.state === 'live';
}

async function movingActions(
  context: Context,
  input: MoveBookmarkInput,
  item: BookmarkItem | undefined,
  moved: BookmarkItem,
  move: BookmarkMove,
): Promise<Action[]> {
  const { repository, id, name, at } = input;
  const consumers = await consumersThrough(context, input);
  context.ticks.observe(item);
  const tick = context.ticks.next();
  const asRead = item === undefined ? expr`attribute_not_exists(#pk)` : expr`#revision = ${item.revision}`;
  const standing = (number: number, change: 1 | -1): Action =>
    update(
      versionKey({ repository, id, number }),
      { set: [expr`#tick = ${tick}`], add: [expr`#bookmarks ${change}`] },
      change === 1 ? and(isLive, before(tick)) : before(tick),
    );
  return [
    put(bookmarkKey(repository, id, name), { ...moved, tick }, asRead),
    put(moveKey(repository, id, name, move.revision), move, expr`attribute_not_exists(#pk)`),
    ...(move.to === undefined ? [] : [standing(move.to, 1)]),
    ...(move.from === undefined ? [] : [standing(move.from, -1)]),
    ...emit(repository, tick, at, [bookmarkMoved(context.identity, input, move, consumers)]),
  ];
}
