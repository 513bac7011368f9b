import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openReplicas } from '../../src/engines/open-replicas.js';
import { ArtifactStore, type ReplicaEngine, type ReplicaStore } from '../../src/index.js';
import { makeReplica, type ReplicaStep } from '../../src/store/replicas/make-replica.js';
import { openContext } from '../../src/store/context.js';
import { SteppedClock } from '../../src/testing/index.js';
import { startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { lockBuckets } from './support/lock-buckets.js';
import { temporaryFolder } from './support/temporary-folder.js';

const REGION = 'us-east-2';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BYTES = Buffer.from('what a function runs');
const STACK = `arn:aws:cloudformation:${REGION}:123456789012:stack/payments/1a2b3c`;

const GONE = { isThere: false, isLive: false, isKnown: false };
const KEPT = { isThere: true, isLive: true, isKnown: true };

const folder = temporaryFolder('replicas');
let accounts: AwsAccounts;
let count = 0;

beforeAll(async () => {
  accounts = await startAccounts();
});
afterAll(async () => {
  await accounts.close();
  rmSync(folder, { recursive: true });
});

/** Empty stores, by their engine. */
const ENGINES: Readonly<Record<string, () => Promise<string>>> = {
  'memory:': async () => `memory:replicas-${(count += 1)}`,
  'file:': async () => `file:${join(folder, `store-${(count += 1)}`)}`,
  'aws:': async () => {
    const entered = accounts.enterNew();
    await (await ArtifactStore.open('aws:')).close();
    await (await openReplicas('aws:', REGION)).catalog.close();
    await lockBuckets(entered);
    return 'aws:';
  },
};

describe.each(Object.keys(ENGINES))('%s replicas', (engine) => {
  let url: string;
  let clock: SteppedClock;
  let home: ArtifactStore;
  let region: ReplicaStore;
  /** The place of the replicas itself, to look into. */
  let place: ReplicaEngine;

  beforeEach(async () => {
    url = await ENGINES[engine]!();
    clock = new SteppedClock();
    home = await ArtifactStore.open(url, { clock: clock.read });
    region = await home.inRegion(REGION);
    place = await openReplicas(url, REGION, { identity: home.identity });
  }, 60_000);
  afterEach(async () => {
    await Promise.all([home.close(), region.close(), place.catalog.close()]);
  });

  const publish = async (id = 'payments/api', bytes = BYTES) =>
    (await home.publish({ id, source: { kind: 'bytes', bytes } })).version;

  const copies = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { digest, generation } of place.content.list('default'))
      found.push(`${digest}#${generation}`);
    return found;
  };

  const settle = async (references: Parameters<ReplicaStore['settle']>[0]['references']) => {
    const { revision } = await region.consumer(STACK);
    const deployment = 'settled';
    return region.settle({
      consumer: STACK,
      revision,
      deployment,
      references,
      mode: 'replace',
      releasePins: ['d1'],
    });
  };

  const die = (at: ReplicaStep) => (step: ReplicaStep) => {
    if (step === at) throw new Error('killed');
  };

  test('is made on first use, with the bytes and the ARN of the original, and used again', async () => {
    const version = await publish();
    expect(await region.find(version)).toBeUndefined();
    const first = await region.ensure(version);
    expect(first).toMatchObject({ arn: version.arn, digest: version.digest, size: version.size });
    expect(await region.ensure(version)).toEqual(first);
    expect((await region.resolve(version.arn)).version).toEqual(first);
    expect(await copies()).toEqual([`${version.digest}#1`]);
    const copy = { repository: 'default', digest: version.digest, generation: 1 };
    expect(await buffer(await place.content.open(copy))).toEqual(BYTES);
    expect(await home.replicaRegions()).toEqual([REGION]);
  }, 60_000);

  test('many first users at once leave one copy', async () => {
    const version = await publish();
    const others = await Promise.all(Array.from({ length: 4 }, () => home.inRegion(REGION)));
    const found = await Promise.all([...others, ...others, region].map((store) => store.ensure(version)));
    expect(new Set(found.map(({ arn }) => arn))).toEqual(new Set([version.arn]));
    expect(await copies()).toEqual([`${version.digest}#1`]);
    await Promise.all(others.map((store) => store.close()));
  }, 60_000);

  test('in use in its region, it keeps the version at home too, and why names the user', async () => {
    const version = await publish();
    await region.pin({ consumer: STACK, deployment: 'd1', pins: [{ version, slot: 'Function.Code' }] });
    await expect(home.delete(version.arn)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(STACK),
    });
    await settle([{ version, slot: 'Function.Code' }]);
    await expect(home.delete(version.arn)).rejects.toMatchObject({ code: 'in-use' });
    expect((await home.why(version.arn)).reasons).toContainEqual(
      expect.objectContaining({ kind: 'reference', reference: expect.objectContaining({ consumer: STACK }) }),
    );
    expect((await home.whereUsed('payments/api')).references).toMatchObject([
      { consumer: STACK, version: { id: 'payments/api', number: 1 } },
    ]);
    clock.now += 30 * DAY_MS;
    await home.gc();
    expect(await copies()).toHaveLength(1);
    await settle([]);
    expect(await home.delete(version.arn)).toMatchObject({ outcome: 'condemned' });
    expect(await copies()).toEqual([]);
    expect(await home.replicaRegions()).toEqual([]);
  }, 60_000);

  test('unused, gc lets it go after a while and says so first; the original stays, and a next use makes it anew', async () => {
    const version = await publish();
    await region.ensure(version);
    await home.gc();
    expect(await copies()).toHaveLength(1);
    clock.now += 8 * DAY_MS;
    const item = { arn: version.arn, action: 'remove', replicaIn: REGION };
    expect((await home.gc({ dryRun: true })).items).toContainEqual(expect.objectContaining(item));
    expect(await copies()).toHaveLength(1);
    expect((await home.gc()).items).toContainEqual(expect.objectContaining(item));
    expect(await copies()).toEqual([]);
    expect(await region.find(version)).toBeUndefined();
    expect((await home.describe(version.arn)).state).toBe('live');
    expect(await home.replicaRegions()).toEqual([]);
    await region.ensure(version);
    expect(await copies()).toEqual([`${version.digest}#2`]);
  }, 60_000);

  test('it keeps no version from expiring, unless its region uses it', async () => {
    const [first, second, third] = [
      await publish('x', Buffer.from('1')),
      await publish('x', Buffer.from('2')),
      await publish('x', Buffer.from('3')),
    ];
    await Promise.all([first, second, third].map((version) => region.ensure(version)));
    await region.pin({ consumer: STACK, deployment: 'd1', pins: [{ version: second, slot: 'F.Code' }] });
    await home.setLifecycle({ rollback: 0, rules: [{ keepLast: 1 }] });
    await home.gc();
    expect((await home.describe(first.arn)).state).toBe('condemned');
    expect((await home.describe(second.arn)).state).toBe('live');
    expect((await home.describe(third.arn)).state).toBe('live');
    expect(await region.find(first)).toBeUndefined();
    expect(await region.find(second)).toBeDefined();
  }, 60_000);

  test.each(['leased', 'pinned', 'brought', 'recorded'] as const)(
    'killed when it was %s: the next use goes on with it, and otherwise gc forgets it',
    async (step) => {
      const version = await publish();
      const context = await openContext(url, { clock: clock.read });
      await expect(makeReplica(context, place, version, die(step))).rejects.toThrow('killed');
      await region.ensure(version);
      expect(await copies()).toEqual([`${version.digest}#1`]);
      const other = await publish('other', Buffer.from('other'));
      await expect(makeReplica(context, place, other, die(step))).rejects.toThrow('killed');
      clock.now += 8 * DAY_MS;
      await home.gc();
      expect(await copies()).toEqual([]);
      expect(await home.replicaRegions()).toEqual([]);
      expect(await home.delete(version.arn)).toMatchObject({ outcome: 'condemned' });
      expect(await home.delete(other.arn)).toMatchObject({ outcome: 'condemned' });
      await context.replicas?.close();
      await context.engine.catalog.close();
    },
    60_000,
  );

  test('while it is being made, the version cannot be deleted', async () => {
    const version = await publish();
    const context = await openContext(url, { clock: clock.read });
    await expect(makeReplica(context, place, version, die('pinned'))).rejects.toThrow('killed');
    await expect(home.delete(version.arn)).rejects.toMatchObject({ code: 'conflict' });
    expect(await home.replicaRegions()).toEqual([REGION]);
    clock.now += HOUR_MS + 1;
    expect(await home.delete(version.arn)).toMatchObject({ outcome: 'condemned' });
    await context.replicas?.close();
    await context.engine.catalog.close();
  }, 60_000);

  test.each(['leased', 'pinned', 'brought', 'recorded'] as const)(
    'deleted at home when its replica was %s, there is either no replica or no deletion',
    async (step) => {
      const version = await publish();
      const context = await openContext(url, { clock: clock.read });
      const deletions: Promise<unknown>[] = [];
      const interfere = async (now: ReplicaStep): Promise<void> => {
        if (now !== step) return;
        deletions.push(home.delete(version.arn));
        await Promise.allSettled(deletions);
      };
      const [made] = await Promise.allSettled([makeReplica(context, place, version, interfere)]);
      const [deleted] = await Promise.allSettled(deletions);
      const isThere = (await region.find(version)) !== undefined;
      const isLive = (await home.describe(version.arn)).state === 'live';
      expect({ isThere, isLive, isKnown: (await home.replicaRegions()).length > 0 }).toEqual(
        // Once it is recorded it is like any other that nothing uses; before, whoever makes it is waited for.
        { leased: GONE, pinned: KEPT, brought: KEPT, recorded: GONE }[step],
      );
      expect([made.status, deleted!.status]).toContain('fulfilled');
      await context.replicas?.close();
      await context.engine.catalog.close();
    },
    60_000,
  );

  test('a home catalog that has forgotten its replicas is reminded of them', async () => {
    const version = await publish();
    await region.pin({ consumer: STACK, deployment: 'd1', pins: [{ version, slot: 'Function.Code' }] });
    const { engine, ...context } = await openContext(url, { clock: clock.read });
    const [consumer] = await engine.catalog.listConsumers({ limit: 9 });
    const { revision, references } = await engine.catalog.getConsumer(consumer!);
    const releasePins = references.map(({ deployment }) => deployment);
    const lost = { consumer: consumer!, revision, deployment: 'lost', references: [], releasePins };
    await engine.catalog.settle({ by: 'test', at: clock.read().toISOString(), mode: 'add', ...lost });
    expect(await home.replicaRegions()).toEqual([]);
    expect(await home.rememberReplicas(REGION)).toEqual({ remembered: [version.arn], unknown: [] });
    expect(await home.rememberReplicas(REGION)).toEqual({ remembered: [], unknown: [] });
    await expect(home.delete(version.arn)).rejects.toMatchObject({ code: 'in-use' });
    await context.replicas?.close();
    await engine.catalog.close();
  }, 60_000);

  test('a version that is deleted gets no replica', async () => {
    const version = await publish();
    await home.delete(version.arn);
    await expect(region.ensure(version)).rejects.toMatchObject({ code: 'not-found' });
    await expect(region.ensure({ ...version, number: 9 })).rejects.toMatchObject({ code: 'not-found' });
    expect(await copies()).toEqual([]);
    expect(await home.replicaRegions()).toEqual([]);
  }, 60_000);
});
