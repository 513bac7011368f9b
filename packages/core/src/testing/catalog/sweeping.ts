import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContentCopy, Engine } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import {
  actor,
  deleteForEver,
  key,
  material,
  minute,
  publish,
  publishResult,
  read,
  recordInput,
  refused,
} from '../material.js';

const one = material('one');
const two = material('two');

function lease(engine: Engine, name: string = randomUUID(), until = 60) {
  const input = { repository: 'default', digest: one.digest, lease: name, expiresAt: minute(until) };
  return engine.catalog.leaseContent(input);
}

async function removals(engine: Engine): Promise<readonly (ContentCopy & { size: number })[]> {
  return engine.catalog.listRemovals('default');
}

const copy = (generation: number): ContentCopy => ({ repository: 'default', digest: one.digest, generation });

export const sweeping: Readonly<Record<string, ContractBody>> = {
  'a condemned version is deleted when its window is over, not before': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'x', two);
    await a.catalog.condemnVersion(key('x', 1), minute(100), actor(5));
    assert.deepEqual(await b.catalog.purgeVersions('default', actor(99)), []);
    assert.equal((await a.catalog.getVersion(key('x', 1)))?.state, 'condemned');
    const purged = await b.catalog.purgeVersions('default', actor(101));
    assert.deepEqual(
      purged.map(({ id, number, state }) => [id, number, state]),
      [['x', 1, 'deleted']],
    );
    assert.equal((await a.catalog.getVersion(key('x', 1)))?.state, 'deleted');
    assert.equal((await a.catalog.getVersion(key('x', 2)))?.state, 'live');
    assert.deepEqual(await a.catalog.purgeVersions('default', actor(102)), []);
  },

  'a sweep minds its own repository': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    await publish(a, 'x', one, { repository: 'team-a' });
    await a.catalog.condemnVersion(key('x', 1, 'team-a'), minute(10), actor());
    assert.deepEqual(await b.catalog.purgeVersions('default', actor(11)), []);
    assert.equal((await b.catalog.purgeVersions('team-a', actor(11))).length, 1);
    await b.catalog.startRemovals('default', actor(11));
    assert.deepEqual(await removals(a), []);
    assert.deepEqual(await a.catalog.listRemovals('team-a'), []);
  },

  'a plan says what a sweep at that instant would take, and takes nothing': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'y', one);
    await publish(a, 'x', two);
    for (const id of ['x', 'y'])
      await a.catalog.condemnVersion(key(id, 1), minute(id === 'x' ? 100 : 200), actor(5));
    const planned = async (at: number) => {
      const { versions, contents } = await b.catalog.planSweep('default', minute(at));
      return [
        ...versions.map(({ id, number }) => `${id}:${number}`),
        ...contents.map(({ digest }) => digest),
      ];
    };
    assert.deepEqual(await planned(99), []);
    assert.deepEqual(await planned(101), ['x:1']);
    assert.deepEqual((await planned(201)).toSorted(), [one.digest, 'x:1', 'y:1'].toSorted());
    await lease(b, 'publisher', 300);
    assert.deepEqual((await planned(201)).toSorted(), ['x:1', 'y:1']);
    assert.equal((await a.catalog.getVersion(key('x', 1)))?.state, 'condemned');
    assert.deepEqual(await removals(a), []);
  },

  'content is removed only when no version names it': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'y', one);
    const sweep = async () => {
      await b.catalog.startRemovals('default', actor(50));
      return removals(a);
    };
    assert.deepEqual(await sweep(), []);
    await deleteForEver(a, key('x', 1));
    assert.deepEqual(await sweep(), []);
    await a.catalog.condemnVersion(key('y', 1), minute(100), actor(20));
    assert.deepEqual(await sweep(), []);
    await a.catalog.purgeVersions('default', actor(101));
    assert.deepEqual(await sweep(), [{ ...copy(1), size: one.size }]);
    assert.equal((await a.catalog.getContent('default', one.digest))?.state, 'removing');
  },

  'a lease keeps content until it expires': async (a, b) => {
    await lease(a);
    await b.catalog.startRemovals('default', actor(59));
    assert.deepEqual(await removals(b), []);
    assert.equal((await b.catalog.getContent('default', one.digest))?.state, 'pending');
    await b.catalog.startRemovals('default', actor(61));
    assert.deepEqual(
      (await removals(b)).map(({ generation }) => generation),
      [1],
    );
  },

  'the latest of several leases counts': async (a, b) => {
    await lease(a, 'first', 30);
    await lease(b, 'second', 90);
    await b.catalog.startRemovals('default', actor(31));
    assert.deepEqual(await removals(b), []);
    await a.content.put(copy(1), one.source);
    assert.equal((await b.catalog.recordVersion(recordInput('second', 'x', one))).outcome, 'created');
  },

  'a lease on stored content keeps it though its last version goes': async (a, b) => {
    const version = await publish(a, 'x', one);
    const name = randomUUID();
    assert.equal((await lease(b, name)).stored, true);
    await deleteForEver(a, version);
    await a.catalog.startRemovals('default', actor(20));
    assert.deepEqual(await removals(a), []);
    const recorded = await b.catalog.recordVersion(recordInput(name, 'x', one));
    assert.equal(recorded.outcome, 'created');
    assert.deepEqual(await read(a, copy(1)), one.bytes);
  },

  'recording ends the lease': async (a, b) => {
    await deleteForEver(a, await publish(a, 'x', one, { leaseUntil: 1_000 }));
    await b.catalog.startRemovals('default', actor(20));
    assert.equal((await removals(b)).length, 1);
  },

  'a publish after the removal began gets a copy of its own, which the old removal cannot harm': async (
    a,
    b,
  ) => {
    await deleteForEver(a, await publish(a, 'x', one));
    await b.catalog.startRemovals('default', actor(20));
    const [begun] = await removals(b);
    assert.equal(begun?.generation, 1);
    const name = randomUUID();
    assert.deepEqual(await lease(a, name), { generation: 2, stored: false });
    await a.content.put(copy(2), one.source);
    assert.equal((await a.catalog.recordVersion(recordInput(name, 'x', one))).outcome, 'created');
    // The sweep was asleep all the while, and another one helps it.
    await b.content.delete(begun);
    await b.catalog.finishRemoval(begun);
    await a.content.delete(begun);
    await a.catalog.finishRemoval(begun);
    assert.deepEqual(await removals(a), []);
    const record = await b.catalog.getContent('default', one.digest);
    assert.deepEqual(record, { ...copy(2), size: one.size, state: 'stored' });
    assert.deepEqual(await lease(b), { generation: 2, stored: true, size: one.size });
    assert.deepEqual(await read(b, copy(2)), one.bytes);
    await refused(b.content.open(copy(1)), 'not-found');
  },

  'a generation is never used again once its removal is finished': async (a, b) => {
    const generations: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const at = 100 * round;
      const result = await publishResult(a, 'x', one, actor(at));
      assert(result.outcome === 'created');
      await deleteForEver(a, result.version, at + 10);
      await b.catalog.startRemovals('default', actor(at + 20));
      for (const begun of await removals(b)) {
        generations.push(begun.generation);
        await b.content.delete(begun);
        await b.catalog.finishRemoval(begun);
      }
      assert.notEqual((await a.catalog.getContent('default', one.digest))?.state, 'stored');
    }
    assert.deepEqual(generations, [1, 2, 3]);
  },

  'a removal that nobody finished is found by the next sweep, once': async (a, b) => {
    await deleteForEver(a, await publish(a, 'x', one));
    await a.catalog.startRemovals('default', actor(20));
    await b.catalog.startRemovals('default', actor(30));
    assert.deepEqual(await removals(b), [{ ...copy(1), size: one.size }]);
    // Also when a new copy has come and gone meanwhile.
    await deleteForEver(a, await publish(a, 'x', one), 40);
    await b.catalog.startRemovals('default', actor(60));
    assert.deepEqual((await removals(a)).map(({ generation }) => String(generation)).toSorted(), ['1', '2']);
  },

  'a removal that did not begin cannot be finished': async (a, b) => {
    await publish(a, 'x', one);
    await b.catalog.finishRemoval(copy(1));
    assert.equal((await a.catalog.getContent('default', one.digest))?.state, 'stored');
    assert.equal((await lease(a)).stored, true);
  },

  'contents are listed in order of their digest, page by page': async (a, b) => {
    const contents = Array.from({ length: 7 }, (_, i) => material(`content ${i}`));
    for (const content of contents) await publish(a, 'x', content);
    const first = await b.catalog.listContents('default', { limit: 4 });
    const rest = await b.catalog.listContents('default', { after: first[3]!.digest, limit: 4 });
    const expected = contents.map(({ digest, size }) => ({
      repository: 'default',
      digest,
      generation: 1,
      size,
      state: 'stored',
    }));
    assert.deepEqual(
      [...first, ...rest],
      expected.toSorted((p, q) => (p.digest < q.digest ? -1 : 1)),
    );
  },

  'sweep against publish: what was recorded is stored, and no removal names its copy': async (a, b) => {
    for (let round = 0; round < 40; round += 1) {
      const at = 100 * round;
      const [published] = await Promise.all([
        publish(a, 'x', one, { ...actor(at), leaseUntil: at + 90 }),
        (async () => {
          await b.catalog.purgeVersions('default', actor(at));
          await b.catalog.startRemovals('default', actor(at));
          for (const begun of await removals(b)) {
            await b.content.delete(begun);
            await b.catalog.finishRemoval(begun);
          }
        })(),
      ]);
      const record = await b.catalog.getContent('default', one.digest);
      assert.equal(record?.state, 'stored');
      assert(!(await removals(a)).some(({ generation }) => generation === record.generation));
      assert.deepEqual(await read(b, record), one.bytes);
      await a.catalog.condemnVersion(key('x', published.number), minute(at + 50), actor(at));
    }
  },
};
