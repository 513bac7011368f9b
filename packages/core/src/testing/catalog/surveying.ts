import assert from 'node:assert/strict';
import type { Engine, SurveyedVersion } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import {
  actor,
  collect,
  deleteForEver,
  key,
  material,
  minute,
  publish,
  refused,
  stack,
} from '../material.js';

const shop = stack('shop');
const till = stack('till');

/** `slot` → version number of the artifact `x`: what the consumer uses from that minute on. */
async function settle(
  engine: Engine,
  consumer: string,
  at: number,
  uses: Readonly<Record<string, number>>,
): Promise<void> {
  const result = await engine.catalog.settle({
    ...actor(at),
    consumer,
    revision: (await engine.catalog.getConsumer(consumer)).revision,
    deployment: `d${at}`,
    references: Object.entries(uses).map(([slot, number]) => ({ version: key('x', number), slot })),
    mode: 'replace',
    releasePins: [],
  });
  assert.equal(result.outcome, 'settled');
}

async function survey(engine: Engine, id?: string): Promise<SurveyedVersion[]> {
  return (await collect(engine.catalog.surveyVersions('default', id))).flat();
}

async function withVersions(engine: Engine, count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await publish(engine, 'x', material(`content ${i}`), actor(i));
}

/** What the survey says of `x`'s versions: number → rank. */
async function ranks(engine: Engine): Promise<Record<number, number>> {
  const versions = (await survey(engine, 'x')).filter(({ formerRank }) => formerRank !== undefined);
  return Object.fromEntries(versions.map(({ number, formerRank }) => [number, formerRank!]));
}

export const surveying: Readonly<Record<string, ContractBody>> = {
  'a version is told with its facts, and with nothing that it has not': async (a, b) => {
    const labels = { team: 'orders', empty: '' };
    await publish(a, 'x', material('one'), { ...actor(1), labels });
    const facts = { repository: 'default', id: 'x', number: 1, size: 3, publishedAt: minute(1), labels };
    const unused = { users: 0, pinners: 0, bookmarks: [] };
    assert.deepEqual(await survey(b), [{ ...facts, state: 'live', ...unused }]);
    await a.catalog.condemnVersion(key('x', 1), minute(9), actor(2));
    assert.deepEqual(await survey(b), [{ ...facts, state: 'condemned', purgeAfter: minute(9), ...unused }]);
  },

  'consumers are counted once, by what they hold, and bookmarks named in order': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, shop, 3, { A: 1, B: 1 });
    await settle(a, till, 3, { A: 1 });
    for (const deployment of ['d1', 'd2']) {
      const pins = ['A', 'B'].map((slot) => ({ version: key('x', 2), slot }));
      await a.catalog.pin({ ...actor(4), consumer: shop, deployment, pins });
    }
    for (const name of ['prod', 'beta']) {
      await a.catalog.moveBookmark({ ...actor(5), repository: 'default', id: 'x', name, to: 1 });
    }
    const told = (await survey(b)).map(({ users, pinners, bookmarks }) => [users, pinners, bookmarks]);
    assert.deepEqual(told, [
      [2, 0, ['beta', 'prod']],
      [0, 1, []],
    ]);
  },

  'each artifact stands by itself, in order of its numbers, without the deleted': async (a, b) => {
    for (let i = 1; i <= 3; i += 1) {
      for (const id of ['x', 'a/b', 'a']) await publish(a, id, material(`${id} ${i}`));
    }
    await deleteForEver(a, key('a/b', 2));
    const told = (await survey(b)).map(({ id, number }) => `${id}:${number}`);
    const ids = [...new Set(told.map((name) => name.split(':')[0]!))];
    assert.deepEqual(
      told,
      ids.flatMap((id) => (id === 'a/b' ? [1, 3] : [1, 2, 3]).map((number) => `${id}:${number}`)),
    );
    assert.deepEqual(ids.toSorted(), ['a', 'a/b', 'x']);
    assert.deepEqual(
      (await survey(b, 'a')).map(({ id, number }) => `${id}:${number}`),
      ['a:1', 'a:2', 'a:3'],
    );
    assert.deepEqual(await survey(b, 'nothing'), []);
  },

  'other repositories are left out, and one that does not exist is an error': async (a, b) => {
    await a.catalog.createRepository('other', actor());
    await publish(a, 'x', material('one'), { repository: 'other' });
    assert.deepEqual(await survey(b), []);
    await refused(collect(b.catalog.surveyVersions('nowhere')), 'not-found', 'nowhere');
  },

  'what a slot used before is told with its rank, and when it was released': async (a, b) => {
    await withVersions(a, 3);
    await settle(a, shop, 4, { A: 1 });
    assert.deepEqual(await ranks(b), {});
    await settle(a, shop, 5, { A: 2 });
    assert.deepEqual(await ranks(b), { 1: 1 });
    await settle(b, shop, 6, { A: 3 });
    assert.deepEqual(await ranks(a), { 1: 2, 2: 1 });
    const [first, second, third] = await survey(a, 'x');
    assert.deepEqual([first?.releasedAt, second?.releasedAt], [minute(5), minute(6)]);
    assert(third !== undefined && !('releasedAt' in third) && !('formerRank' in third));
    assert.deepEqual(await b.catalog.formerUsesOf(key('x', 1)), [
      { consumer: shop, slot: 'A', version: key('x', 1), rank: 2, releasedAt: minute(5) },
    ]);
    assert.deepEqual(await b.catalog.formerUsesOf(key('x', 3)), []);
  },

  'settling the same again makes nothing older': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, shop, 4, { A: 1 });
    await settle(a, shop, 5, { A: 2 });
    for (let i = 6; i < 9; i += 1) await settle(b, shop, i, { A: 2 });
    assert.deepEqual(await ranks(a), { 1: 1 });
  },

  'a version that comes back leaves its place to those before it': async (a, b) => {
    await withVersions(a, 3);
    for (const [i, number] of [1, 2, 3, 2].entries()) await settle(a, shop, 4 + i, { A: number });
    assert.deepEqual(await ranks(b), { 1: 2, 3: 1 });
    await settle(a, shop, 9, { A: 3 });
    assert.deepEqual(await ranks(b), { 1: 2, 2: 1 });
  },

  'of several slots the lowest rank counts': async (a, b) => {
    await withVersions(a, 3);
    await settle(a, shop, 4, { A: 1, B: 1 });
    await settle(a, shop, 5, { A: 2, B: 1 });
    await settle(a, shop, 6, { A: 3, B: 2 });
    assert.deepEqual(await ranks(b), { 1: 1, 2: 1 });
    const former = await b.catalog.formerUsesOf(key('x', 1));
    assert.deepEqual(
      former.map(({ slot, rank }) => [slot, rank]),
      [
        ['B', 1],
        ['A', 2],
      ],
    );
  },

  'a slot that is gone grows older with every change of its consumer': async (a, b) => {
    await withVersions(a, 4);
    await settle(a, shop, 5, { Old: 1, A: 2 });
    await settle(a, shop, 6, { A: 2 });
    assert.deepEqual(await ranks(b), { 1: 1 });
    await settle(a, shop, 7, { A: 3 });
    await settle(a, shop, 8, { A: 4 });
    assert.deepEqual(await ranks(b), { 1: 3, 2: 2, 3: 1 });
  },

  'a consumer that holds nothing more remembers nothing': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, shop, 4, { A: 1 });
    await settle(a, shop, 5, { A: 2 });
    await settle(a, till, 5, { A: 1 });
    await settle(a, till, 6, { A: 2 });
    await settle(b, shop, 7, {});
    const former = await a.catalog.formerUsesOf(key('x', 1));
    assert.deepEqual(
      former.map(({ consumer }) => consumer),
      [till],
    );
    await settle(b, till, 8, {});
    assert.deepEqual(await ranks(a), {});
    assert.equal((await survey(a, 'x'))[1]?.releasedAt, minute(8));
  },

  'pins that go are no releases': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.pin({
      ...actor(3),
      consumer: shop,
      deployment: 'd1',
      pins: [{ version: key('x', 1), slot: 'A' }],
    });
    const { revision } = await a.catalog.getConsumer(shop);
    const references = [{ version: key('x', 2), slot: 'A' }];
    const rest = { deployment: 'd1', mode: 'replace', releasePins: ['d1'] } as const;
    await b.catalog.settle({ ...actor(4), consumer: shop, revision, references, ...rest });
    assert.deepEqual(await ranks(a), {});
    assert(!('releasedAt' in (await survey(a, 'x'))[0]!));
  },

  'a version that is used at every instant is never told as forgotten': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, shop, 4, { A: 1 });
    for (let round = 0; round < 20; round += 1) {
      const [versions] = await Promise.all([
        survey(b, 'x'),
        settle(a, shop, 5 + round, { A: round % 2 === 0 ? 2 : 1 }),
      ]);
      const forgotten = versions.filter(({ users, formerRank }) => users === 0 && formerRank === undefined);
      // Version 2 was never used before the first round.
      const before = round === 0 ? [2] : [];
      assert.deepEqual(
        forgotten.map(({ number }) => number).filter((number) => !before.includes(number)),
        [],
      );
    }
  },
};
