import assert from 'node:assert/strict';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, key, material, minute, publish } from '../material.js';

const one = material('one');
const two = material('two');
const three = material('three');

export const listing: Readonly<Record<string, ContractBody>> = {
  'artifacts come in order of their ID, page by page': async (a, b) => {
    const ids = ['B', 'a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'aB', 'a_b', 'b'];
    for (const id of ids.toReversed()) await publish(a, id, one);
    const listed: string[] = [];
    for (;;) {
      const after = listed.at(-1);
      const page = await b.catalog.listArtifacts('default', undefined, {
        limit: 3,
        ...(after === undefined ? {} : { after }),
      });
      assert(page.length <= 3);
      if (page.length === 0) break;
      listed.push(...page.map(({ id }) => id));
    }
    assert.deepEqual(listed, ids);
  },

  'a prefix is made of whole segments, and holds no wildcards': async (a, b) => {
    for (const id of ['p_y/api', 'pay', 'pay/api', 'pay/api/x', 'pay/apis', 'PAY/api', 'pAy/api'])
      await publish(a, id, one);
    const under = async (prefix: string) => {
      const found = await b.catalog.listArtifacts('default', prefix, { limit: 99 });
      return found.map(({ id }) => id);
    };
    assert.deepEqual(await under('pay'), ['pay', 'pay/api', 'pay/api/x', 'pay/apis']);
    assert.deepEqual(await under('pay/api'), ['pay/api', 'pay/api/x']);
    assert.deepEqual(await under('p_y'), ['p_y/api']);
    assert.deepEqual(await under('pa'), []);
    assert.deepEqual(
      (await b.catalog.listArtifacts('default', 'pay', { after: 'pay/api', limit: 1 })).map(({ id }) => id),
      ['pay/api/x'],
    );
  },

  'an artifact tells its live versions': async (a, b) => {
    for (const content of [one, two, three]) await publish(a, 'x', content);
    await a.catalog.condemnVersion(key('x', 3), minute(100), actor());
    const list = () => b.catalog.listArtifacts('default', 'x', { limit: 9 });
    assert.deepEqual(await list(), [{ repository: 'default', id: 'x', latest: 2, versions: 2 }]);
    assert.equal((await b.catalog.latestVersion('default', 'x'))?.number, 2);
    for (const number of [1, 2]) await a.catalog.condemnVersion(key('x', number), minute(100), actor());
    assert.deepEqual(await list(), [{ repository: 'default', id: 'x', versions: 0 }]);
    assert.equal(await b.catalog.latestVersion('default', 'x'), undefined);
    await a.catalog.purgeVersions('default', actor(101));
    assert.deepEqual(await list(), []);
  },

  'versions come in order of their number, page by page, without the deleted': async (a, b) => {
    for (let i = 1; i <= 12; i += 1) await publish(a, 'x', material(`content ${i}`));
    await deleteForEver(a, key('x', 2));
    await a.catalog.condemnVersion(key('x', 11), minute(100), actor());
    const listed: (readonly [number, string])[] = [];
    for (;;) {
      const after = listed.at(-1)?.[0];
      const page = await b.catalog.listVersions('default', 'x', {
        limit: 4,
        ...(after === undefined ? {} : { after }),
      });
      if (page.length === 0) break;
      listed.push(...page.map(({ number, state }) => [number, state] as const));
    }
    const expected = [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => [n, n === 11 ? 'condemned' : 'live']);
    assert.deepEqual(listed, expected);
  },

  'the versions of a content are found, newest first, condemned ones last and only when asked for': async (
    a,
    b,
  ) => {
    await publish(a, 'z', one, actor(1));
    await publish(a, 'y', two, actor(2));
    await publish(a, 'y', one, actor(3));
    await publish(a, 'x', one, actor(2));
    const found = async (condemnedToo = false) =>
      (await b.catalog.versionsOfContent('default', one.digest, condemnedToo)).map(
        ({ id, number }) => `${id}:${number}`,
      );
    assert.deepEqual(await found(), ['y:2', 'x:1', 'z:1']);
    await a.catalog.condemnVersion(key('y', 2), minute(100), actor(4));
    assert.deepEqual(await found(), ['x:1', 'z:1']);
    // What was condemned can come back, and whoever asks for it sees it after what is live.
    assert.deepEqual(await found(true), ['x:1', 'z:1', 'y:2']);
    assert.deepEqual(await b.catalog.versionsOfContent('default', three.digest, true), []);
    await deleteForEver(a, key('x', 1));
    assert.deepEqual(await found(true), ['z:1', 'y:2']);
  },
};
