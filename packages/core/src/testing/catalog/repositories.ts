import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isHoldfastError } from '../../errors.js';
import type { ContractBody } from '../contract.js';
import {
  actor,
  deleteForEver,
  key,
  material,
  minute,
  publish,
  recordInput,
  refused,
  sweep,
} from '../material.js';

const zip = material('zip');

export const repositories: Readonly<Record<string, ContractBody>> = {
  'default is always there': async (a, b) => {
    assert.equal((await a.catalog.getRepository('default'))?.name, 'default');
    assert.deepEqual(
      (await b.catalog.listRepositories()).map(({ name }) => name),
      ['default'],
    );
    assert.deepEqual(await b.catalog.createRepository('default', actor()), { created: false });
  },

  'a repository is created once, also by two at once': async (a, b) => {
    const results = await Promise.all(
      [a, b, a, b].map((engine) => engine.catalog.createRepository('team-a', actor(3))),
    );
    assert.equal(results.filter(({ created }) => created).length, 1);
    assert.deepEqual(await b.catalog.getRepository('team-a'), { name: 'team-a', createdAt: minute(3) });
    const names = (await a.catalog.listRepositories()).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ['default', 'team-a']);
  },

  'what was never created is definitely absent': async (a) => {
    assert.equal(await a.catalog.getRepository('team-a'), undefined);
    assert.deepEqual(await a.catalog.deleteRepository('team-a', actor()), { outcome: 'absent' });
    const lease = { repository: 'team-a', digest: zip.digest, lease: randomUUID(), expiresAt: minute(60) };
    await refused(a.catalog.leaseContent(lease), 'not-found', 'team-a');
  },

  'a repository goes only when no version in it can come back and no bytes are left': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    await publish(a, 'api', zip, { repository: 'team-a' });
    assert.deepEqual(await b.catalog.deleteRepository('team-a', actor()), { outcome: 'not-empty' });
    await a.catalog.condemnVersion(key('api', 1, 'team-a'), minute(10), actor());
    assert.deepEqual(await b.catalog.deleteRepository('team-a', actor()), { outcome: 'not-empty' });
    await a.catalog.purgeVersions('team-a', actor(11));
    assert.deepEqual(await b.catalog.deleteRepository('team-a', actor()), { outcome: 'not-empty' });
    await sweep(a, 'team-a', 12);
    assert.deepEqual(await b.catalog.deleteRepository('team-a', actor()), { outcome: 'deleted' });
    assert.equal(await a.catalog.getRepository('team-a'), undefined);
    assert.deepEqual(
      (await a.catalog.listRepositories()).map(({ name }) => name),
      ['default'],
    );
  },

  'numbers stay taken when a repository is deleted and created again': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    const first = await publish(a, 'api', zip, { repository: 'team-a' });
    await deleteForEver(a, first);
    await sweep(a, 'team-a', 20);
    assert.deepEqual(await a.catalog.deleteRepository('team-a', actor()), { outcome: 'deleted' });
    assert.deepEqual(await b.catalog.createRepository('team-a', actor()), { created: true });
    assert.deepEqual(await b.catalog.listArtifacts('team-a', undefined, { limit: 9 }), []);
    const second = await publish(b, 'api', zip, { repository: 'team-a' });
    assert.deepEqual([first.number, second.number], [1, 2]);
  },

  'repositories know nothing of each other': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    await publish(a, 'api', zip, { treeDigest: 'sha256:tree' });
    const lease = { repository: 'team-a', digest: zip.digest, lease: randomUUID(), expiresAt: minute(60) };
    assert.equal((await b.catalog.leaseContent(lease)).stored, false);
    assert.equal(await b.catalog.getVersion(key('api', 1, 'team-a')), undefined);
    assert.deepEqual(await b.catalog.findTrees('team-a', ['sha256:tree']), [undefined]);
    assert.deepEqual(await b.catalog.versionsOfContent('team-a', zip.digest), []);
    assert.deepEqual(await b.catalog.listArtifacts('team-a', undefined, { limit: 10 }), []);
    assert.equal((await publish(b, 'api', zip, { repository: 'team-a' })).number, 1);
  },

  'a publish that outlives its repository records nothing in it': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    const lease = randomUUID();
    const leased = { repository: 'team-a', digest: zip.digest, lease, expiresAt: minute(60) };
    const { generation } = await a.catalog.leaseContent(leased);
    await a.content.put({ repository: 'team-a', digest: zip.digest, generation }, zip.source);
    const { outcome } = await b.catalog.deleteRepository('team-a', actor());
    try {
      const recorded = await a.catalog.recordVersion(
        recordInput(lease, 'api', zip, { repository: 'team-a' }),
      );
      if (outcome === 'deleted') assert.equal(recorded.outcome, 'lease-lost');
    } catch (error) {
      assert(outcome === 'deleted' && isHoldfastError(error) && error.code === 'not-found', String(error));
    }
    const version = await b.catalog.getVersion(key('api', 1, 'team-a'));
    assert.equal(version === undefined, outcome === 'deleted');
  },
};
