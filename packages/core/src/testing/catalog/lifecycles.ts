import assert from 'node:assert/strict';
import type { Lifecycle } from '../../model.js';
import type { ContractBody } from '../contract.js';
import { actor, deleteForEver, material, minute, publish, refused, sweep } from '../material.js';

const strict: Lifecycle = { rollback: 1, rules: [{ prefix: 'payments', keepLast: 3 }] };
const lax: Lifecycle = { rollback: 0, rules: [{ keepDays: 30, keepLabelled: ['tier=prod', 'kept'] }] };

const at = (count: number, by = 'tester') => ({ ...actor(count, by), repository: 'default' });

export const lifecycles: Readonly<Record<string, ContractBody>> = {
  'there is none at first, and what is put is there for every handle': async (a, b) => {
    assert.equal(await b.catalog.getLifecycle('default'), undefined);
    const result = await a.catalog.putLifecycle({ ...at(1, 'ann'), lifecycle: strict });
    const record = { repository: 'default', revision: 1, changedAt: minute(1), changedBy: 'ann' };
    assert.deepEqual(result, { outcome: 'changed', record: { ...record, lifecycle: strict } });
    assert.deepEqual(await b.catalog.getLifecycle('default'), { ...record, lifecycle: strict });
  },

  'each change has the next revision, also after a deletion': async (a, b) => {
    await a.catalog.putLifecycle({ ...at(1), lifecycle: strict });
    await b.catalog.putLifecycle(at(2));
    const deleted = { repository: 'default', revision: 2, changedAt: minute(2), changedBy: 'tester' };
    assert.deepEqual(await a.catalog.getLifecycle('default'), deleted);
    await b.catalog.putLifecycle({ ...at(3), lifecycle: lax });
    const record = await a.catalog.getLifecycle('default');
    assert.deepEqual([record?.revision, record?.lifecycle], [3, lax]);
  },

  'another revision than the expected one is a conflict and changes nothing': async (a, b) => {
    const put = (expected: number, lifecycle: Lifecycle) =>
      a.catalog.putLifecycle({ ...at(1), lifecycle, expected });
    assert.deepEqual(await put(1, lax), { outcome: 'conflict', current: 0 });
    assert.equal((await put(0, strict)).outcome, 'changed');
    assert.deepEqual(await put(0, lax), { outcome: 'conflict', current: 1 });
    assert.deepEqual((await b.catalog.getLifecycle('default'))?.lifecycle, strict);
    assert.equal((await put(1, lax)).outcome, 'changed');
  },

  'of many that expect the same revision, one changes it': async (a, b) => {
    const all = Array.from({ length: 8 }, (_, i) =>
      (i % 2 ? a : b).catalog.putLifecycle({ ...at(i), lifecycle: strict, expected: 0 }),
    );
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1);
    assert.equal((await a.catalog.getLifecycle('default'))?.revision, 1);
  },

  'each repository has its own, which goes with it': async (a, b) => {
    await a.catalog.createRepository('other', actor());
    await a.catalog.putLifecycle({ ...at(1), lifecycle: strict });
    await a.catalog.putLifecycle({ ...at(1), repository: 'other', lifecycle: lax });
    assert.deepEqual((await b.catalog.getLifecycle('other'))?.lifecycle, lax);
    assert.deepEqual(await b.catalog.deleteRepository('other', actor(2)), { outcome: 'deleted' });
    await b.catalog.createRepository('other', actor(3));
    const record = await a.catalog.getLifecycle('other');
    assert.equal(record?.lifecycle, undefined);
    assert.deepEqual((await a.catalog.getLifecycle('default'))?.lifecycle, strict);
  },

  'a repository that does not exist has none and takes none': async (a) => {
    assert.equal(await a.catalog.getLifecycle('nowhere'), undefined);
    await refused(
      a.catalog.putLifecycle({ ...actor(), repository: 'nowhere', lifecycle: strict }),
      'not-found',
      'nowhere',
    );
  },

  'a lifecycle is no content: a repository that has only that can be deleted': async (a) => {
    await a.catalog.createRepository('other', actor());
    const version = await publish(a, 'x', material('x'), { repository: 'other' });
    await a.catalog.putLifecycle({ ...actor(), repository: 'other', lifecycle: lax });
    await deleteForEver(a, version);
    await sweep(a, 'other', 12);
    assert.deepEqual(await a.catalog.deleteRepository('other', actor(13)), { outcome: 'deleted' });
  },
};
