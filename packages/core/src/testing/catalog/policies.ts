import assert from 'node:assert/strict';
import type { PolicyText } from '../../policy/model.js';
import type { ContractBody } from '../contract.js';
import { actor, minute, refused } from '../material.js';

const policyFor = (AWS: string): PolicyText => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: ['holdfast:GetContent'], Resource: '*' }],
});
const [first, second] = [policyFor('222222222222'), policyFor('333333333333')];
const at = (count: number, expected: number) => ({ ...actor(count), repository: 'default', expected });

export const policies: Readonly<Record<string, ContractBody>> = {
  'there is no policy at first, and what is put is there for every handle': async (a, b) => {
    assert.equal(await b.catalog.getPolicy('default'), undefined);
    const record = {
      repository: 'default',
      revision: 1,
      changedAt: minute(1),
      changedBy: 'tester',
      policy: first,
    };
    assert.deepEqual(await a.catalog.putPolicy({ ...at(1, 0), policy: first }), {
      outcome: 'changed',
      record,
    });
    assert.deepEqual(await b.catalog.getPolicy('default'), record);
  },

  'a policy changes only from the expected revision, and a deletion is a change': async (a, b) => {
    assert.deepEqual(await a.catalog.putPolicy({ ...at(1, 1), policy: first }), {
      outcome: 'conflict',
      current: 0,
    });
    await a.catalog.putPolicy({ ...at(1, 0), policy: first });
    assert.deepEqual(await b.catalog.putPolicy({ ...at(2, 0), policy: second }), {
      outcome: 'conflict',
      current: 1,
    });
    assert.equal((await b.catalog.putPolicy(at(2, 1))).outcome, 'changed');
    const deleted = { repository: 'default', revision: 2, changedAt: minute(2), changedBy: 'tester' };
    assert.deepEqual(await a.catalog.getPolicy('default'), deleted);
    assert.equal((await a.catalog.putPolicy({ ...at(3, 2), policy: second })).outcome, 'changed');
    assert.deepEqual((await b.catalog.getPolicy('default'))?.policy, second);
  },

  'of many that set a policy from one revision, one does': async (a, b) => {
    const all = Array.from({ length: 8 }, (_, i) =>
      (i % 2 ? a : b).catalog.putPolicy({ ...at(i, 0), policy: first }),
    );
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'changed').length, 1);
  },

  'a repository that does not exist takes no policy': async (a) => {
    assert.equal(await a.catalog.getPolicy('nowhere'), undefined);
    const put = a.catalog.putPolicy({ ...at(1, 0), repository: 'nowhere', policy: first });
    await refused(put, 'not-found', 'nowhere');
  },
};
