import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContractBody } from '../contract.js';
import {
  actor,
  deleteForEver,
  key,
  material,
  minute,
  publish,
  publishResult,
  recordInput,
  sweep,
} from '../material.js';

const one = material('one');
const two = material('two');
const three = material('three');

export const publishing: Readonly<Record<string, ContractBody>> = {
  'a version keeps everything it was recorded with': async (a, b) => {
    const facts = {
      ...actor(5, 'ci'),
      treeDigest: 'sha256:tree',
      mediaType: 'application/java-archive',
      labels: { team: 'payments', 'a.b/c': 'ünïcode "quoted"' },
      provenance: {
        commit: 'c0ffee',
        dirty: true,
        repositoryUrl: 'https://example.com/r.git',
        tool: 'holdfast/1.0.0',
      },
    };
    const { by, at, ...kept } = facts;
    const expected = {
      ...kept,
      ...key('payments/api', 1),
      digest: one.digest,
      size: one.size,
      state: 'live',
      publishedAt: at,
      publishedBy: by,
    };
    assert.deepEqual(await publishResult(a, 'payments/api', one, facts), {
      outcome: 'created',
      version: expected,
    });
    assert.deepEqual(await b.catalog.getVersion(key('payments/api', 1)), expected);
    assert.deepEqual(await b.catalog.latestVersion('default', 'payments/api'), expected);
  },

  'numbers count from 1 per artifact': async (a, b) => {
    const numbers = [];
    for (const [engine, id, content] of [
      [a, 'x', one],
      [b, 'x', two],
      [b, 'y', one],
      [a, 'x', three],
    ] as const) {
      numbers.push((await publish(engine, id, content)).number);
    }
    assert.deepEqual(numbers, [1, 2, 1, 3]);
    assert.equal((await a.catalog.latestVersion('default', 'x'))?.number, 3);
    assert.equal(await a.catalog.latestVersion('default', 'z'), undefined);
    assert.equal(await a.catalog.getVersion(key('x', 4)), undefined);
  },

  'content that the artifact has already is its version, unchanged': async (a, b) => {
    const first = await publish(a, 'x', one, { labels: { n: '1' } });
    await publish(a, 'x', two);
    const again = await publishResult(b, 'x', one, { ...actor(9, 'someone'), labels: { n: '2' } });
    assert.deepEqual(again, { outcome: 'existing', version: first });
    assert.equal((await a.catalog.latestVersion('default', 'x'))?.number, 2);
  },

  'stored content is leased as stored, with its size': async (a, b) => {
    const input = { repository: 'default', digest: one.digest, expiresAt: minute(60) };
    assert.deepEqual(await a.catalog.leaseContent({ ...input, lease: randomUUID() }), {
      generation: 1,
      stored: false,
    });
    await publish(a, 'x', one);
    const lease = await b.catalog.leaseContent({ ...input, lease: randomUUID() });
    assert.deepEqual(lease, { generation: 1, stored: true, size: one.size });
  },

  'two that upload the same at once upload to one copy': async (a, b) => {
    const input = { repository: 'default', digest: one.digest, expiresAt: minute(60) };
    const leases = [randomUUID(), randomUUID()] as const;
    const granted = await Promise.all([
      a.catalog.leaseContent({ ...input, lease: leases[0] }),
      b.catalog.leaseContent({ ...input, lease: leases[1] }),
    ]);
    assert.deepEqual(granted, [
      { generation: 1, stored: false },
      { generation: 1, stored: false },
    ]);
    await a.content.put({ repository: 'default', digest: one.digest, generation: 1 }, one.source);
    assert.equal((await a.catalog.recordVersion(recordInput(leases[0], 'x', one))).outcome, 'created');
    assert.equal((await b.catalog.recordVersion(recordInput(leases[1], 'x', one))).outcome, 'existing');
  },

  'publishing condemned content restores its version': async (a, b) => {
    const first = await publish(a, 'x', one);
    await publish(a, 'x', two);
    await a.catalog.condemnVersion(key('x', 1), minute(100), actor(1));
    assert.deepEqual(await publishResult(b, 'x', one, actor(2)), { outcome: 'restored', version: first });
    assert.deepEqual(await a.catalog.getVersion(key('x', 1)), first);
  },

  'a number is never given twice': async (a, b) => {
    const first = await publish(a, 'x', one);
    await deleteForEver(a, first);
    assert.equal((await b.catalog.getVersion(key('x', 1)))?.state, 'deleted');
    const again = await publishResult(b, 'x', one);
    assert.equal(again.outcome, 'created');
    assert.deepEqual(
      (await a.catalog.listVersions('default', 'x', { limit: 9 })).map(({ number }) => number),
      [2],
    );
    assert.equal((await a.catalog.getVersion(key('x', 1)))?.state, 'deleted');
  },

  'a lease that was swept records nothing': async (a, b) => {
    const lease = randomUUID();
    const input = { repository: 'default', digest: one.digest, lease, expiresAt: minute(60) };
    const { generation } = await a.catalog.leaseContent(input);
    await a.content.put({ repository: 'default', digest: one.digest, generation }, one.source);
    await b.catalog.startRemovals('default', actor(61));
    assert.deepEqual(await a.catalog.recordVersion(recordInput(lease, 'x', one)), { outcome: 'lease-lost' });
    assert.equal(await b.catalog.getVersion(key('x', 1)), undefined);
    assert.deepEqual(await b.catalog.versionsOfContent('default', one.digest), []);
    assert.notEqual((await b.catalog.getContent('default', one.digest))?.state, 'stored');
    // A new attempt begins again, with another copy, and takes the first number.
    assert.deepEqual((await publish(a, 'x', one)).number, 1);
    assert((await b.catalog.getContent('default', one.digest))!.generation > generation);
  },

  'a lease that never was records nothing': async (a) => {
    const outcome = await a.catalog.recordVersion(recordInput(randomUUID(), 'x', one));
    assert.deepEqual(outcome, { outcome: 'lease-lost' });
    assert.equal(await a.catalog.getVersion(key('x', 1)), undefined);
  },

  'stored content is recorded without a lease, other content is asked for': async (a, b) => {
    const { lease: _, ...input } = recordInput('', 'y', one);
    const needed = async () => {
      assert.deepEqual(await b.catalog.recordVersion(input), { outcome: 'content-needed' });
      assert.equal(await a.catalog.getVersion(key('y', 1)), undefined);
    };
    await needed();
    await a.catalog.leaseContent({
      repository: 'default',
      digest: one.digest,
      lease: randomUUID(),
      expiresAt: minute(5),
    });
    await needed();
    const version = await publish(a, 'x', one);
    await deleteForEver(a, version);
    await a.catalog.startRemovals('default', actor(20));
    await needed();
    await sweep(a, 'default', 21);
    await needed();
    await publish(a, 'x', one);
    const recorded = await b.catalog.recordVersion({ ...input, size: 0 });
    assert(recorded.outcome === 'created');
    assert.equal(recorded.version.size, one.size);
    await b.catalog.condemnVersion(key('y', 1), minute(100), actor());
    assert.equal((await a.catalog.recordVersion(input)).outcome, 'restored');
    assert.equal((await b.catalog.recordVersion(input)).outcome, 'existing');
  },

  'a lease that is released protects nothing, and releasing again is no error': async (a, b) => {
    const lease = randomUUID();
    const input = { repository: 'default', digest: one.digest, lease, expiresAt: minute(60) };
    await a.catalog.leaseContent(input);
    await a.catalog.releaseLease(input);
    await b.catalog.releaseLease(input);
    await b.catalog.startRemovals('default', actor(1));
    assert.deepEqual(await a.catalog.recordVersion(recordInput(lease, 'x', one)), { outcome: 'lease-lost' });
  },

  'numbers that are reserved go to no version; those that are taken stay': async (a, b) => {
    await a.catalog.reserveNumbers('default', 'x', 4);
    assert.deepEqual(await b.catalog.listArtifacts('default', undefined, { limit: 9 }), []);
    assert.equal(await b.catalog.latestVersion('default', 'x'), undefined);
    assert.equal((await publish(b, 'x', one)).number, 5);
    await a.catalog.reserveNumbers('default', 'x', 3);
    assert.equal((await publish(b, 'x', two)).number, 6);
    await b.catalog.reserveNumbers('default', 'x', 8);
    assert.equal((await publish(a, 'x', material('three'))).number, 9);
    const [artifact] = await a.catalog.listArtifacts('default', undefined, { limit: 9 });
    assert.deepEqual([artifact?.latest, artifact?.versions], [9, 3]);
    await assert.rejects(() => a.catalog.reserveNumbers('none', 'x', 1), { code: 'not-found' });
  },

  'trees are found while a version of them is not deleted; later at most their content is asked for': async (
    a,
    b,
  ) => {
    assert.deepEqual(await a.catalog.findTrees('default', ['sha256:tree']), [undefined]);
    const version = await publish(a, 'x', one, { treeDigest: 'sha256:tree' });
    await publish(a, 'x', two);
    const found = { digest: one.digest, size: one.size };
    const find = async () => {
      const [none, tree] = await b.catalog.findTrees('default', ['sha256:none', 'sha256:tree']);
      assert.equal(none, undefined);
      return { digest: tree?.digest, size: tree?.size };
    };
    assert.deepEqual(await find(), found);
    await a.catalog.condemnVersion(key('x', 1), minute(5), actor());
    assert.deepEqual(await find(), found);
    await a.catalog.restoreVersion(key('x', 1), actor());
    await deleteForEver(a, version);
    await a.catalog.startRemovals('default', actor());
    const [left] = await b.catalog.findTrees('default', ['sha256:tree']);
    if (left !== undefined) {
      const { lease: _, ...blind } = recordInput('none', 'x', one);
      assert.deepEqual(await b.catalog.recordVersion(blind), { outcome: 'content-needed' });
    }
  },

  'shapes of trees are found while a version of them is not deleted, in their repository': async (a, b) => {
    await a.catalog.createRepository('team-a', actor());
    const find = (repository = 'default') =>
      Promise.all(['shape:none', 'shape:tree'].map((shape) => b.catalog.hasShape(repository, shape)));
    assert.deepEqual(await find(), [false, false]);
    await publish(a, 'x', one, { treeDigest: 'sha256:tree', treeShape: 'shape:tree' });
    assert.deepEqual(await find(), [false, true]);
    assert.deepEqual(await find('team-a'), [false, false]);
    assert.deepEqual(await find('absent'), [false, false]);
    await a.catalog.condemnVersion(key('x', 1), minute(5), actor());
    assert.deepEqual(await find(), [false, true]);
  },

  'publishing what is there already makes its shape known': async (a, b) => {
    await publish(a, 'x', one, { treeDigest: 'sha256:tree' });
    await publish(b, 'x', one, { treeDigest: 'sha256:tree', treeShape: 'shape:tree' });
    assert.equal(await a.catalog.hasShape('default', 'shape:tree'), true);
    const version = await publish(a, 'y', two, { treeDigest: 'sha256:other' });
    await a.catalog.condemnVersion(version, minute(5), actor());
    await publish(b, 'y', two, { treeDigest: 'sha256:other', treeShape: 'shape:other' });
    assert.equal(await a.catalog.hasShape('default', 'shape:other'), true);
  },
};
