import assert from 'node:assert/strict';
import type { Engine } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, key, material, minute, publish, publishResult, stack } from '../material.js';

const x1 = key('x', 1);
const use = { version: x1, slot: 'Api.CodeUri' };
const pins = { ...actor(1), consumer: stack('shop'), deployment: 'd1', pins: [use] };

async function reference(engine: Engine, references = [use]): Promise<string> {
  const { revision } = await engine.catalog.getConsumer(pins.consumer);
  const base = { ...actor(1), consumer: pins.consumer, deployment: 'd1', releasePins: [] };
  return (await engine.catalog.settle({ ...base, revision, references, mode: 'replace' })).outcome;
}

function condemn(engine: Engine, at = 5) {
  return engine.catalog.condemnVersion(x1, minute(100), actor(at));
}

const one = material('one');

export const deletion: Readonly<Record<string, ContractBody>> = {
  'what nobody uses is condemned, and keeps its window': async (a, b) => {
    const live = await publish(a, 'x', one);
    const version = { ...live, state: 'condemned', condemnedAt: minute(5), purgeAfter: minute(100) };
    assert.deepEqual(await a.catalog.condemnVersion(x1, minute(100), actor(5)), {
      outcome: 'condemned',
      version,
    });
    const again = await b.catalog.condemnVersion(x1, minute(900), actor(6));
    assert.deepEqual(again, { outcome: 'already-condemned', version });
    assert.deepEqual(await b.catalog.getVersion(x1), version);
  },

  'a condemned version is restored as it was': async (a, b) => {
    const live = await publish(a, 'x', one);
    assert.deepEqual(await b.catalog.restoreVersion(x1, actor(6)), {
      outcome: 'already-live',
      version: live,
    });
    await condemn(a);
    assert.deepEqual(await b.catalog.restoreVersion(x1, actor(6)), { outcome: 'restored', version: live });
    assert.deepEqual(await a.catalog.getVersion(x1), live);
    await a.catalog.purgeVersions('default', actor(1_000));
    assert.deepEqual(await a.catalog.getVersion(x1), live);
  },

  'what was never there, or is deleted, is absent': async (a, b) => {
    assert.deepEqual(await condemn(a), { outcome: 'absent' });
    assert.deepEqual(await a.catalog.restoreVersion(x1, actor()), { outcome: 'absent' });
    await deleteForEver(a, await publish(a, 'x', one));
    assert.deepEqual(await condemn(b), { outcome: 'absent' });
    assert.deepEqual(await b.catalog.restoreVersion(x1, actor()), { outcome: 'absent' });
  },

  'a refusal that the caller knows what to do about is no event, and changes nothing': async (a, b) => {
    const live = await publish(a, 'x', one);
    await a.catalog.pin(pins);
    const events = await a.catalog.readEvents({ limit: 100 });
    const untold = await b.catalog.condemnVersion(x1, minute(100), actor(5), ({ references }) => {
      assert.equal(references.length, 1);
      return true;
    });
    assert(untold.outcome === 'in-use');
    assert.deepEqual(await a.catalog.readEvents({ limit: 100 }), events);
    assert.deepEqual(await a.catalog.getVersion(x1), live);
    assert.equal((await b.catalog.condemnVersion(x1, minute(100), actor(5), () => false)).outcome, 'in-use');
    assert.equal((await a.catalog.readEvents({ limit: 100 })).length, events.length + 1);
  },

  'a reference, a pin or a bookmark refuses the deletion, and all are told': async (a, b) => {
    const live = await publish(a, 'x', one);
    await a.catalog.pin(pins);
    const onlyPin = await condemn(b);
    assert(onlyPin.outcome === 'in-use');
    assert.deepEqual(
      onlyPin.usage.references.map(({ kind }) => kind),
      ['pin'],
    );
    await reference(a);
    await a.catalog.moveBookmark({ repository: 'default', id: 'x', name: 'prod', to: 1, ...actor() });
    const all = await condemn(b);
    assert(all.outcome === 'in-use');
    assert.deepEqual(all.version, live);
    assert.deepEqual(all.usage, await a.catalog.usageOf(x1));
    const users = all.usage.references.map(({ kind, consumer, slot }) => `${kind} ${consumer} ${slot}`);
    const expected = ['pin', 'reference'].map((kind) => `${kind} ${stack('shop')} Api.CodeUri`);
    assert.deepEqual(users.toSorted(), expected);
    assert.deepEqual(
      all.usage.bookmarks.map(({ name, number }) => [name, number]),
      [['prod', 1]],
    );
    assert.deepEqual(await b.catalog.getVersion(x1), live);
  },

  'the last user that goes allows the deletion': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'x', material('two'));
    await reference(a);
    await a.catalog.moveBookmark({ repository: 'default', id: 'x', name: 'prod', to: 1, ...actor() });
    await reference(a, []);
    assert.equal((await condemn(b)).outcome, 'in-use');
    await a.catalog.moveBookmark({ repository: 'default', id: 'x', name: 'prod', to: 2, ...actor() });
    assert.equal((await condemn(b)).outcome, 'condemned');
  },

  'use of one version does not keep another of the same content': async (a, b) => {
    await publish(a, 'x', one);
    await publish(a, 'y', one);
    await reference(a);
    assert.equal((await b.catalog.condemnVersion(key('y', 1), minute(9), actor())).outcome, 'condemned');
    assert.equal((await condemn(b)).outcome, 'in-use');
  },

  'pin against delete: either is refused, never both done': async (a, b) => {
    await publish(a, 'x', one);
    for (let round = 0; round < 60; round += 1) {
      const steps = [() => a.catalog.pin({ ...pins, deployment: `d${round}` }), () => condemn(b)] as const;
      const [pinned, condemned] =
        round % 2
          ? await Promise.all([steps[0](), steps[1]()])
          : await Promise.all([steps[1](), steps[0]()]).then(([c, p]) => [p, c] as const);
      const state = (await b.catalog.getVersion(x1))?.state;
      if (pinned.outcome === 'pinned') {
        assert.equal(condemned.outcome, 'in-use');
        assert.equal(state, 'live');
        const { revision } = await a.catalog.getConsumer(pins.consumer);
        const empty = {
          consumer: pins.consumer,
          revision,
          deployment: 'd',
          references: [],
          mode: 'replace',
        } as const;
        await a.catalog.settle({ ...actor(), ...empty, releasePins: [`d${round}`] });
      } else {
        assert.equal(condemned.outcome, 'condemned');
        assert.equal(state, 'condemned');
        await a.catalog.restoreVersion(x1, actor());
      }
    }
  },

  'bookmark against delete: either is refused, never both done': async (a, b) => {
    await publish(a, 'x', one);
    const bookmark = { repository: 'default', id: 'x', name: 'prod', ...actor() };
    for (let round = 0; round < 40; round += 1) {
      const [moved, condemned] = await Promise.all([
        a.catalog.moveBookmark({ ...bookmark, to: 1 }),
        condemn(b),
      ]);
      const state = (await b.catalog.getVersion(x1))?.state;
      if (moved.outcome === 'moved') {
        assert.deepEqual([condemned.outcome, state], ['in-use', 'live']);
        await a.catalog.moveBookmark(bookmark);
      } else {
        assert.deepEqual([moved.outcome, condemned.outcome, state], ['absent', 'condemned', 'condemned']);
        await a.catalog.restoreVersion(x1, actor());
      }
    }
  },

  'evidence against delete: what is used is live in the end': async (a, b) => {
    await publish(a, 'x', one);
    for (let round = 0; round < 40; round += 1) {
      const [settled] = await Promise.all([reference(a), condemn(b)]);
      assert.equal(settled, 'settled');
      assert.equal((await b.catalog.getVersion(x1))?.state, 'live');
      await reference(a, []);
    }
  },

  'publish against delete: the version is whole, under its number': async (a, b) => {
    const first = await publish(a, 'x', one);
    for (let round = 0; round < 40; round += 1) {
      const [published] = await Promise.all([publishResult(a, 'x', one), condemn(b)]);
      assert(published.outcome === 'existing' || published.outcome === 'restored');
      assert.equal(published.version.number, first.number);
      await a.catalog.restoreVersion(x1, actor());
      assert.deepEqual(await b.catalog.getVersion(x1), first);
    }
  },
};
