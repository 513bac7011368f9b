import assert from 'node:assert/strict';
import type { ReferenceRecord, VersionKey } from '../../model.js';
import type { PinInput } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, key, material, minute, publish, stack } from '../material.js';

const consumer = stack('shop');
const unborn = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop';

function pins(versions: readonly VersionKey[], deployment = 'd1', of = consumer): PinInput {
  const slots = versions.map((version, i) => ({ version, slot: `Function${i}.Code` }));
  return { ...actor(1), consumer: of, deployment, pins: slots };
}

async function held(engine: Parameters<ContractBody>[0], of = consumer): Promise<readonly ReferenceRecord[]> {
  return (await engine.catalog.getConsumer(of)).references;
}

async function withVersions(engine: Parameters<ContractBody>[0], count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await publish(engine, 'x', material(`content ${i}`));
}

export const pinning: Readonly<Record<string, ContractBody>> = {
  'a pin is seen by every handle, at the version and at the consumer': async (a, b) => {
    await withVersions(a, 2);
    const slots = [{ version: key('x', 2), slot: 'Api.CodeUri', bookmark: 'prod' }];
    assert.deepEqual(await a.catalog.pin({ ...pins([]), pins: slots }), { outcome: 'pinned' });
    const pin = { ...slots[0], kind: 'pin', consumer, deployment: 'd1', since: minute(1) };
    assert.deepEqual(await b.catalog.usageOf(key('x', 2)), { references: [pin], bookmarks: [] });
    assert.deepEqual(await held(b), [pin]);
    assert.deepEqual(await b.catalog.usageOf(key('x', 1)), { references: [], bookmarks: [] });
  },

  'pins are placed all or none': async (a, b) => {
    await withVersions(a, 4);
    await a.catalog.condemnVersion(key('x', 2), minute(100), actor());
    await deleteForEver(a, key('x', 3));
    const wanted = [key('x', 1), key('x', 2), key('x', 3), key('x', 4), key('x', 5), key('y', 1)];
    const result = await b.catalog.pin(pins(wanted));
    assert(result.outcome === 'not-live');
    const missing = result.versions.map(({ id, number }) => `${id}:${number}`);
    assert.deepEqual(missing.toSorted(), ['x:2', 'x:3', 'x:5', 'y:1']);
    assert.deepEqual(await held(a), []);
    assert.deepEqual(await a.catalog.usageOf(key('x', 1)), { references: [], bookmarks: [] });
  },

  'many pins are placed all or none': async (a, b) => {
    await withVersions(a, 3);
    const many = Array.from({ length: 300 }, (_, i) => key('x', (i % 3) + 1));
    assert.equal((await a.catalog.pin(pins([...many, key('x', 9)]))).outcome, 'not-live');
    assert.deepEqual(await held(b), []);
    assert.equal((await a.catalog.pin(pins(many))).outcome, 'pinned');
    assert.equal((await held(b)).length, 300);
  },

  'pinning again adds nothing': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.pin(pins([key('x', 1), key('x', 2)]));
    const before = await held(b);
    await b.catalog.pin(pins([key('x', 1), key('x', 2)]));
    assert.deepEqual(await held(a), before);
  },

  'no pins are placed without trouble': async (a, b) => {
    assert.deepEqual(await a.catalog.pin(pins([])), { outcome: 'pinned' });
    assert.deepEqual(await held(b), []);
  },

  'two deployments pin the same slot beside each other': async (a, b) => {
    await withVersions(a, 2);
    await Promise.all([a.catalog.pin(pins([key('x', 1)], 'd1')), b.catalog.pin(pins([key('x', 1)], 'd2'))]);
    await b.catalog.pin(pins([key('x', 2)], 'd3'));
    const seen = (await held(a)).map(({ deployment, version }) => `${deployment} ${version.number}`);
    assert.deepEqual(seen.toSorted(), ['d1 1', 'd2 1', 'd3 2']);
  },

  'pins of a stack without an ID move to the ID, and those of other deployments stay': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.pin(pins([key('x', 1), key('x', 2)], 'd1', unborn));
    await a.catalog.pin(pins([key('x', 1)], 'd2', unborn));
    const slots = (await held(a, unborn)).filter(({ deployment }) => deployment === 'd1');
    for (const engine of [b, a, b]) {
      await engine.catalog.bindPins(unborn, 'd1', consumer);
      const moved = (await held(a)).toSorted((p, q) => p.version.number - q.version.number);
      assert.deepEqual(
        moved,
        slots.map((pin) => ({ ...pin, consumer })),
      );
      assert.deepEqual(
        (await held(a, unborn)).map(({ deployment }) => deployment),
        ['d2'],
      );
    }
    const users = (await b.catalog.usageOf(key('x', 2))).references.map((pin) => pin.consumer);
    assert.deepEqual(users, [consumer]);
  },

  'binding joins pins that the consumer has already': async (a, b) => {
    await withVersions(a, 2);
    await a.catalog.pin(pins([key('x', 1)], 'd1', unborn));
    await a.catalog.pin(pins([key('x', 1), key('x', 2)], 'd1'));
    await b.catalog.bindPins(unborn, 'd1', consumer);
    assert.equal((await held(a)).length, 2);
    assert.deepEqual(await held(a, unborn), []);
  },

  'binding what is not pinned is no error': async (a) => {
    await a.catalog.bindPins(unborn, 'd1', consumer);
    assert.deepEqual(await held(a), []);
  },

  'consumers are listed in order, each once, page by page': async (a, b) => {
    await withVersions(a, 2);
    const names = ['e', 'c', 'a', 'd', 'b'].map(stack);
    for (const of of names) await a.catalog.pin(pins([key('x', 1), key('x', 2)], 'd1', of));
    const first = await b.catalog.listConsumers({ limit: 3 });
    assert.deepEqual(first, names.toSorted().slice(0, 3));
    assert.deepEqual(
      await b.catalog.listConsumers({ after: first[2]!, limit: 3 }),
      names.toSorted().slice(3),
    );
  },
};
