import assert from 'node:assert/strict';
import type { MoveBookmarkInput } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import { actor, key, material, minute, publish } from '../material.js';

const prod = { repository: 'default', id: 'x', name: 'prod' };

function move(at: number, to: number | undefined, expected?: number | null): MoveBookmarkInput {
  return {
    ...prod,
    ...actor(at),
    ...(to === undefined ? {} : { to }),
    ...(expected === undefined ? {} : { expected }),
  };
}

async function withVersions(engine: Parameters<ContractBody>[0], count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await publish(engine, 'x', material(`content ${i}`));
}

export const bookmarks: Readonly<Record<string, ContractBody>> = {
  'a bookmark stands where it was moved last, and keeps its history': async (a, b) => {
    await withVersions(a, 3);
    const first = { ...prod, number: 1, revision: 1, movedAt: minute(1), movedBy: 'tester' };
    assert.deepEqual(await a.catalog.moveBookmark(move(1, 1)), { outcome: 'moved', bookmark: first });
    assert.deepEqual(await b.catalog.getBookmark('default', 'x', 'prod'), first);
    assert.equal((await b.catalog.moveBookmark(move(2, 3))).outcome, 'moved');
    assert.equal((await a.catalog.moveBookmark(move(3, 2))).outcome, 'moved');
    const now = { ...prod, number: 2, revision: 3, movedAt: minute(3), movedBy: 'tester' };
    assert.deepEqual(await b.catalog.listBookmarks('default', 'x'), [now]);
    assert.deepEqual(await b.catalog.bookmarkHistory('default', 'x', 'prod'), [
      { revision: 1, to: 1, at: minute(1), by: 'tester' },
      { revision: 2, from: 1, to: 3, at: minute(2), by: 'tester' },
      { revision: 3, from: 3, to: 2, at: minute(3), by: 'tester' },
    ]);
  },

  'moving to where it stands changes nothing': async (a, b) => {
    await withVersions(a, 1);
    await a.catalog.moveBookmark(move(1, 1));
    const before = await b.catalog.getBookmark('default', 'x', 'prod');
    assert.deepEqual(await b.catalog.moveBookmark(move(2, 1)), { outcome: 'unchanged', bookmark: before });
    assert.equal((await a.catalog.bookmarkHistory('default', 'x', 'prod')).length, 1);
  },

  'a move that expects otherwise is a conflict and changes nothing': async (a, b) => {
    await withVersions(a, 2);
    assert.deepEqual(await a.catalog.moveBookmark(move(1, 2, 1)), { outcome: 'conflict', current: null });
    assert.equal((await a.catalog.moveBookmark(move(2, 1, null))).outcome, 'moved');
    assert.deepEqual(await b.catalog.moveBookmark(move(3, 2, null)), { outcome: 'conflict', current: 1 });
    assert.deepEqual(await b.catalog.moveBookmark(move(3, 2, 2)), { outcome: 'conflict', current: 1 });
    assert.deepEqual(await b.catalog.moveBookmark(move(3, undefined, 2)), {
      outcome: 'conflict',
      current: 1,
    });
    assert.equal((await b.catalog.getBookmark('default', 'x', 'prod'))?.number, 1);
    assert.equal((await b.catalog.bookmarkHistory('default', 'x', 'prod')).length, 1);
    assert.equal((await b.catalog.moveBookmark(move(4, 2, 1))).outcome, 'moved');
  },

  'of many that expect the same, one moves it': async (a, b) => {
    await withVersions(a, 9);
    await a.catalog.moveBookmark(move(1, 9));
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? a : b).catalog.moveBookmark(move(2, i + 1, 9))),
    );
    const winners = results.filter(({ outcome }) => outcome === 'moved');
    assert.equal(winners.length, 1);
    const stands = (await b.catalog.getBookmark('default', 'x', 'prod'))?.number;
    for (const result of results) {
      if (result.outcome === 'conflict') assert.equal(result.current, stands);
      else assert(result.outcome === 'moved' && result.bookmark.number === stands);
    }
    assert.equal((await a.catalog.bookmarkHistory('default', 'x', 'prod')).length, 2);
  },

  'of many moves at once, each is in the history once': async (a, b) => {
    await withVersions(a, 9);
    await Promise.all(
      Array.from({ length: 9 }, (_, i) => (i % 2 ? a : b).catalog.moveBookmark(move(2, i + 1))),
    );
    const history = await b.catalog.bookmarkHistory('default', 'x', 'prod');
    assert.deepEqual(
      history.map(({ revision }) => revision),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    for (const [i, entry] of history.entries()) assert.equal(entry.from, history[i - 1]?.to);
    assert.equal((await a.catalog.getBookmark('default', 'x', 'prod'))?.number, history.at(-1)?.to);
  },

  'a deleted bookmark is gone, its history is not': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.moveBookmark(move(1, 1));
    assert.deepEqual(await b.catalog.moveBookmark(move(2, undefined, 1)), { outcome: 'deleted' });
    assert.equal(await a.catalog.getBookmark('default', 'x', 'prod'), undefined);
    assert.deepEqual(await a.catalog.listBookmarks('default', 'x'), []);
    assert.equal((await a.catalog.moveBookmark(move(3, 2, null))).outcome, 'moved');
    assert.deepEqual(await b.catalog.bookmarkHistory('default', 'x', 'prod'), [
      { revision: 1, to: 1, at: minute(1), by: 'tester' },
      { revision: 2, from: 1, at: minute(2), by: 'tester' },
      { revision: 3, to: 2, at: minute(3), by: 'tester' },
    ]);
  },

  'a bookmark stands on live versions only': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.condemnVersion(key('x', 2), minute(100), actor());
    for (const number of [2, 3])
      assert.deepEqual(await b.catalog.moveBookmark(move(1, number)), { outcome: 'absent' });
    assert.deepEqual(await b.catalog.moveBookmark(move(1, undefined)), { outcome: 'absent' });
    assert.equal(await a.catalog.getBookmark('default', 'x', 'prod'), undefined);
    assert.deepEqual(await a.catalog.bookmarkHistory('default', 'x', 'prod'), []);
  },

  'bookmarks of one name on other artifacts and of other names stand for themselves': async (a, b) => {
    await withVersions(a, 2);
    await publish(a, 'x/y', material('content 1'));
    await a.catalog.moveBookmark(move(1, 1));
    await a.catalog.moveBookmark({ ...move(1, 2), name: 'Prod' });
    await a.catalog.moveBookmark({ ...move(1, 1), id: 'x/y' });
    const names = (await b.catalog.listBookmarks('default', 'x')).map(({ name, number }) => [name, number]);
    assert.deepEqual(new Set(names.map(String)), new Set(['Prod,2', 'prod,1']));
    assert.equal((await b.catalog.listBookmarks('default', 'x/y')).length, 1);
  },
};
