import assert from 'node:assert/strict';
import type { ContractBody } from '../contract.js';
import { key, material, publish, publishResult } from '../material.js';

const CROWD = 64;

export const crowds: Readonly<Record<string, ContractBody>> = {
  '64 publishers of the same content end with one version': async (a, b) => {
    const content = material('the same');
    const results = await Promise.all(
      Array.from({ length: CROWD }, (_, i) => publishResult(i % 2 ? a : b, 'x', content)),
    );
    const outcomes = results.map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
    assert.equal(outcomes.filter((outcome) => outcome === 'existing').length, CROWD - 1);
    const versions = await a.catalog.listVersions('default', 'x', { limit: 99 });
    assert.deepEqual(
      versions.map(({ number }) => number),
      [1],
    );
    assert.equal((await b.catalog.readEvents({ limit: 999 })).length, 1);
  },

  '64 publishers of different contents end with the numbers 1 to 64': async (a, b) => {
    const versions = await Promise.all(
      Array.from({ length: CROWD }, (_, i) => publish(i % 2 ? a : b, 'x', material(`content ${i}`))),
    );
    const numbers = versions.map(({ number }) => number).toSorted((p, q) => p - q);
    assert.deepEqual(
      numbers,
      Array.from({ length: CROWD }, (_, i) => i + 1),
    );
    for (const version of versions)
      assert.deepEqual(await b.catalog.getVersion(key('x', version.number)), version);
    const events = await a.catalog.readEvents({ limit: 999 });
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: CROWD }, (_, i) => i + 1),
    );
  },
};
