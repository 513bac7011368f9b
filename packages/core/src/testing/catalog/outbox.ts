import assert from 'node:assert/strict';
import type { EventRecord } from '../../events/index.js';
import type { Engine } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, key, material, minute, publish, stack } from '../material.js';

const consumer = stack('shop');
const one = material('one');
const two = material('two');
const prod = { repository: 'default', id: 'x', name: 'prod' };
const use = { version: key('x', 1), slot: 'Api.CodeUri', bookmark: 'prod' };

async function all(engine: Engine): Promise<readonly EventRecord[]> {
  return engine.catalog.readEvents({ limit: 10_000 });
}

/** The types of the events that the step wrote, without the common first word. */
async function written(engine: Engine, step: () => Promise<unknown>): Promise<string[]> {
  const before = (await all(engine)).length;
  await step();
  return (await all(engine)).slice(before).map((event) => event['detail-type'].replace('Holdfast ', ''));
}

async function settle(
  engine: Engine,
  references: readonly (typeof use)[],
  releasePins: readonly string[] = [],
) {
  const { revision } = await engine.catalog.getConsumer(consumer);
  const evidence = { consumer, revision, deployment: 'd1', references, releasePins };
  return engine.catalog.settle({ ...actor(), ...evidence, mode: 'replace' });
}

export const outbox: Readonly<Record<string, ContractBody>> = {
  'an event has the shape that EventBridge delivers': async (a, b) => {
    await publish(a, 'payments/api', one, actor(3, 'ci'));
    const [event] = await all(b);
    const { account, region, partition } = a.identity;
    assert(event !== undefined && event.id !== '');
    assert.deepEqual(event, {
      sequence: 1,
      version: '0',
      id: event.id,
      'detail-type': 'Holdfast Version Published',
      source: 'holdfast',
      account,
      time: minute(3),
      region,
      resources: [`arn:${partition}:holdfast:${region}:${account}:version/default/payments/api:1`],
      detail: { ...key('payments/api', 1), digest: one.digest, size: one.size, by: 'ci' },
    });
  },

  'every step that changes something writes what it did': async (a, b) => {
    const { catalog } = b;
    assert.deepEqual(await written(a, () => publish(b, 'x', one)), ['Version Published']);
    assert.deepEqual(await written(a, () => catalog.moveBookmark({ ...prod, to: 1, ...actor() })), [
      'Bookmark Moved',
    ]);
    const pins = { ...actor(), consumer, deployment: 'd1', pins: [use] };
    assert.deepEqual(await written(a, () => catalog.pin(pins)), ['Reference Registered']);
    const settled = await written(a, () => settle(b, [use], ['d1']));
    assert.deepEqual(settled.toSorted(), ['Reference Registered', 'Reference Released']);
    const condemn = () => catalog.condemnVersion(key('x', 1), minute(20), actor(10));
    assert.deepEqual(await written(a, condemn), ['Deletion Refused']);
    assert.deepEqual(await written(a, () => settle(b, [])), ['Reference Released']);
    assert.deepEqual(await written(a, () => catalog.moveBookmark({ ...prod, ...actor() })), [
      'Bookmark Moved',
    ]);
    assert.deepEqual(await written(a, condemn), ['Version Condemned']);
    assert.deepEqual(await written(a, () => catalog.restoreVersion(key('x', 1), actor())), [
      'Version Restored',
    ]);
    await condemn();
    assert.deepEqual(await written(a, () => publish(b, 'x', one)), ['Version Restored']);
    await condemn();
    const revived = await written(a, () => settle(b, [use]));
    assert.deepEqual(revived.toSorted(), ['Reference Registered', 'Version Restored']);
    await settle(b, []);
    await condemn();
    assert.deepEqual(await written(a, () => catalog.purgeVersions('default', actor(21))), [
      'Version Deleted',
    ]);
  },

  'a step that changes nothing writes nothing': async (a, b) => {
    const { catalog } = b;
    await publish(a, 'x', one);
    await publish(a, 'x', two);
    await deleteForEver(a, key('x', 2));
    await catalog.moveBookmark({ ...prod, to: 1, ...actor() });
    await settle(b, [use]);
    const nothing = async (step: () => Promise<unknown>) => assert.deepEqual(await written(a, step), []);
    await nothing(() => publish(b, 'x', one));
    await nothing(() => catalog.moveBookmark({ ...prod, to: 1, ...actor() }));
    await nothing(() => catalog.moveBookmark({ ...prod, to: 1, expected: 7, ...actor() }));
    await nothing(() => catalog.moveBookmark({ ...prod, to: 2, ...actor() }));
    await nothing(() => settle(b, [use]));
    await nothing(() => settle(b, [{ ...use, version: key('x', 2) }]));
    const pins = [use, { ...use, version: key('x', 2) }];
    await nothing(() => catalog.pin({ ...actor(), consumer, deployment: 'd1', pins }));
    await nothing(() => catalog.restoreVersion(key('x', 1), actor()));
    await nothing(() => catalog.condemnVersion(key('x', 9), minute(1), actor()));
    await nothing(() => catalog.purgeVersions('default', actor(1_000)));
  },

  'a refused deletion names who uses the version': async (a, b) => {
    await publish(a, 'x', one);
    await settle(a, [use]);
    await a.catalog.moveBookmark({ ...prod, to: 1, ...actor() });
    await b.catalog.condemnVersion(key('x', 1), minute(9), actor(4, 'janitor'));
    const event = (await all(a)).at(-1);
    assert.equal(event?.['detail-type'], 'Holdfast Deletion Refused');
    const users = [{ kind: 'reference', consumer, slot: 'Api.CodeUri' }];
    assert.deepEqual(event.detail, { ...key('x', 1), by: 'janitor', users, bookmarks: ['prod'] });
  },

  'a moved bookmark names the consumers that came through it': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'x', two);
    await a.catalog.moveBookmark({ ...prod, to: 1, ...actor() });
    await settle(a, [use, { ...use, slot: 'Worker.CodeUri' }]);
    const direct = { version: key('x', 1), slot: 'Api.CodeUri' };
    await a.catalog.pin({ ...actor(), consumer: stack('direct'), deployment: 'd', pins: [direct] });
    await b.catalog.moveBookmark({ ...prod, to: 2, ...actor(4, 'ci') });
    const event = (await all(a)).at(-1);
    assert.equal(event?.['detail-type'], 'Holdfast Bookmark Moved');
    assert.deepEqual(event.detail, { ...prod, from: 1, to: 2, by: 'ci', consumers: [consumer] });
    assert(event.resources.includes(consumer));
  },

  'the outbox is read in order, page by page, by whoever asks': async (a, b) => {
    for (let i = 0; i < 7; i += 1) await publish(i % 2 ? a : b, 'x', material(`content ${i}`));
    const seen: EventRecord[] = [];
    for (;;) {
      const last = seen.at(-1);
      const page = await a.catalog.readEvents({
        limit: 3,
        ...(last === undefined ? {} : { after: last.sequence }),
      });
      if (page.length === 0) break;
      seen.push(...page);
    }
    assert.deepEqual(
      seen.map(({ sequence }) => sequence),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.deepEqual(
      seen.map(({ detail }) => detail['number']),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(new Set(seen.map(({ id }) => id)).size, 7);
    assert.deepEqual(await b.catalog.readEvents({ limit: 99 }), seen);
  },
};
