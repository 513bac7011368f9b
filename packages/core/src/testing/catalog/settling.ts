import assert from 'node:assert/strict';
import type { ReferenceRecord } from '../../model.js';
import type { Engine, SettleInput, SettleResult } from '../../ports/index.js';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, key, material, minute, publish, stack } from '../material.js';

const consumer = stack('shop');

/** Uses as `slot` → version number of the artifact `x`. */
type Uses = Readonly<Record<string, number>>;

function slots(uses: Uses) {
  return Object.entries(uses).map(([slot, number]) => ({ version: key('x', number), slot }));
}

async function revision(engine: Engine): Promise<number> {
  return (await engine.catalog.getConsumer(consumer)).revision;
}

async function settle(engine: Engine, uses: Uses, options: Partial<SettleInput> = {}): Promise<SettleResult> {
  return engine.catalog.settle({
    ...actor(2),
    consumer,
    revision: options.revision ?? (await revision(engine)),
    deployment: 'd1',
    references: slots(uses),
    mode: 'replace',
    releasePins: [],
    ...options,
  });
}

function told(references: readonly ReferenceRecord[]): string[] {
  return references.map(({ kind, slot, version }) => `${kind} ${slot} ${version.number}`).toSorted();
}

async function held(engine: Engine): Promise<string[]> {
  return told((await engine.catalog.getConsumer(consumer)).references);
}

async function withVersions(engine: Engine, count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await publish(engine, 'x', material(`content ${i}`));
}

function pin(engine: Engine, uses: Uses, deployment: string) {
  return engine.catalog.pin({ ...actor(1), consumer, deployment, pins: slots(uses) });
}

export const settling: Readonly<Record<string, ContractBody>> = {
  'a consumer that was never seen holds nothing, at revision 0': async (a) => {
    assert.deepEqual(await a.catalog.getConsumer(consumer), { consumer, revision: 0, references: [] });
  },

  'the evidence becomes references, seen by every handle': async (a, b) => {
    await withVersions(a, 1);
    const references = [{ version: key('x', 1), slot: 'Api.CodeUri', bookmark: 'prod' }];
    const record = { ...references[0], kind: 'reference', consumer, deployment: 'd1', since: minute(2) };
    const result = await settle(a, {}, { references, revision: 0 });
    assert.deepEqual(result, { outcome: 'settled', added: [record], released: [] });
    assert.deepEqual(await b.catalog.usageOf(key('x', 1)), { references: [record], bookmarks: [] });
    assert.deepEqual((await b.catalog.getConsumer(consumer)).references, [record]);
  },

  'replace leaves what the evidence says, and tells the difference': async (a, b) => {
    await withVersions(a, 3);
    await settle(a, { A: 1, B: 1, C: 2 });
    const before = (await a.catalog.getConsumer(consumer)).references.find(({ slot }) => slot === 'A');
    const result = await settle(b, { A: 1, B: 3 }, actor(5));
    assert(result.outcome === 'settled');
    assert.deepEqual(told(result.added), ['reference B 3']);
    assert.deepEqual(told(result.released), ['reference B 1', 'reference C 2']);
    assert.deepEqual(await held(a), ['reference A 1', 'reference B 3']);
    const after = (await a.catalog.getConsumer(consumer)).references.find(({ slot }) => slot === 'A');
    assert.equal(after?.since, before?.since);
  },

  'add leaves what was there': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, { A: 1 });
    const result = await settle(b, { A: 2 }, { mode: 'add' });
    assert(result.outcome === 'settled');
    assert.deepEqual(told(result.released), []);
    assert.deepEqual(await held(a), ['reference A 1', 'reference A 2']);
  },

  'settling the same again changes nothing': async (a, b) => {
    await withVersions(a, 2);
    await settle(a, { A: 1, B: 2 });
    const before = (await b.catalog.getConsumer(consumer)).references;
    const result = await settle(b, { A: 1, B: 2 });
    assert.deepEqual(result, { outcome: 'settled', added: [], released: [] });
    assert.deepEqual((await a.catalog.getConsumer(consumer)).references, before);
  },

  'a consumer that somebody changed meanwhile is a conflict and stays': async (a, b) => {
    await withVersions(a, 2);
    const read = await revision(a);
    await settle(b, { A: 1 });
    assert.deepEqual(await settle(a, { A: 2 }, { revision: read }), { outcome: 'conflict' });
    assert.deepEqual(await settle(a, { A: 2 }, { revision: 999 }), { outcome: 'conflict' });
    assert.deepEqual(await held(a), ['reference A 1']);
    assert.equal((await settle(a, { A: 2 })).outcome, 'settled');
  },

  'of many that read the same revision, one settles': async (a, b) => {
    await withVersions(a, 8);
    const all = Array.from({ length: 8 }, (_, i) => settle(i % 2 ? a : b, { A: i + 1 }, { revision: 0 }));
    const results = await Promise.all(all);
    const winner = results.findIndex(({ outcome }) => outcome === 'settled');
    assert.equal(results.filter(({ outcome }) => outcome === 'settled').length, 1);
    assert.deepEqual(await held(a), [`reference A ${winner + 1}`]);
  },

  'only the pins of the named deployments go': async (a, b) => {
    await withVersions(a, 3);
    await pin(a, { A: 1 }, 'd1');
    await pin(a, { A: 2 }, 'd2');
    await pin(a, { A: 3 }, 'd3');
    const result = await settle(b, { A: 1 }, { releasePins: ['d1', 'd3', 'd9'] });
    assert(result.outcome === 'settled');
    assert.deepEqual(told(result.added), ['reference A 1']);
    assert.deepEqual(told(result.released), ['pin A 1', 'pin A 3']);
    assert.deepEqual(await held(a), ['pin A 2', 'reference A 1']);
  },

  'pins stay while nobody names their deployment, however much time passes': async (a, b) => {
    await withVersions(a, 2);
    await pin(a, { A: 1 }, 'd1');
    await settle(b, { A: 2 }, actor(10_000_000));
    await b.catalog.purgeVersions('default', actor(10_000_000));
    await b.catalog.startRemovals('default', actor(10_000_000));
    assert.deepEqual(await held(a), ['pin A 1', 'reference A 2']);
  },

  'a pin placed while the evidence was gathered stays': async (a, b) => {
    await withVersions(a, 3);
    await settle(a, { A: 1 });
    await pin(a, { A: 2 }, 'd1');
    const read = await revision(a);
    await pin(b, { A: 3 }, 'd2');
    const result = await settle(a, { A: 2 }, { revision: read, releasePins: ['d1'] });
    assert((await held(b)).includes('pin A 3'));
    if (result.outcome === 'conflict')
      assert.deepEqual(await held(b), ['pin A 2', 'pin A 3', 'reference A 1']);
    else assert.deepEqual(await held(b), ['pin A 3', 'reference A 2']);
  },

  'pins and references of other consumers stay': async (a, b) => {
    await withVersions(a, 2);
    const other = stack('other');
    await b.catalog.pin({ ...actor(), consumer: other, deployment: 'd1', pins: slots({ A: 1 }) });
    await b.catalog.settle({
      ...actor(),
      consumer: other,
      revision: (await b.catalog.getConsumer(other)).revision,
      deployment: 'd1',
      references: slots({ B: 1 }),
      mode: 'replace',
      releasePins: [],
    });
    await settle(a, { A: 1 });
    await settle(a, {}, { releasePins: ['d1'] });
    assert.deepEqual(await held(b), []);
    assert.deepEqual(told((await a.catalog.getConsumer(other)).references), ['pin A 1', 'reference B 1']);
    assert.equal((await a.catalog.condemnVersion(key('x', 1), minute(9), actor())).outcome, 'in-use');
  },

  'evidence revives a condemned version': async (a, b) => {
    await withVersions(a, 1);
    await a.catalog.condemnVersion(key('x', 1), minute(100), actor());
    assert.equal((await settle(b, { A: 1 })).outcome, 'settled');
    const version = await a.catalog.getVersion(key('x', 1));
    assert.equal(version?.state, 'live');
    assert(!('purgeAfter' in version) && !('condemnedAt' in version));
    await a.catalog.purgeVersions('default', actor(1_000));
    assert.equal((await a.catalog.getVersion(key('x', 1)))?.state, 'live');
  },

  'evidence that names what cannot come back changes nothing and says which': async (a, b) => {
    await withVersions(a, 3);
    await settle(a, { A: 1 });
    await pin(a, { B: 1 }, 'd1');
    await a.catalog.condemnVersion(key('x', 2), minute(500), actor());
    await deleteForEver(a, key('x', 3));
    const result = await settle(b, { A: 1, B: 2, C: 3, D: 4 }, { releasePins: ['d1'] });
    assert(result.outcome === 'absent');
    assert.deepEqual(result.versions.map(({ number }) => String(number)).toSorted(), ['3', '4']);
    assert.deepEqual(await held(a), ['pin B 1', 'reference A 1']);
    assert.equal((await a.catalog.getVersion(key('x', 2)))?.state, 'condemned');
  },

  'a version used before and after is protected at every instant': async (a, b) => {
    await withVersions(a, 1);
    await settle(a, { S0: 1 });
    for (let round = 1; round <= 40; round += 1) {
      const current = await revision(a);
      const [result, condemned] = await Promise.all([
        settle(a, { [`S${round}`]: 1 }, { revision: current }),
        b.catalog.condemnVersion(key('x', 1), minute(9), actor()),
      ]);
      assert.equal(result.outcome, 'settled');
      assert.equal(condemned.outcome, 'in-use');
    }
  },

  'turning a pin into a reference protects at every instant': async (a, b) => {
    await withVersions(a, 1);
    for (let round = 1; round <= 40; round += 1) {
      await pin(a, { A: 1 }, `d${round}`);
      await settle(a, {}, { releasePins: [] });
      const current = await revision(a);
      const [result, condemned] = await Promise.all([
        settle(a, { A: 1 }, { revision: current, releasePins: [`d${round}`] }),
        b.catalog.condemnVersion(key('x', 1), minute(9), actor()),
      ]);
      assert.equal(result.outcome, 'settled');
      assert.equal(condemned.outcome, 'in-use');
    }
  },
};
