import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openReplicas } from '../../src/engines/open-replicas.js';
import {
  openReplicaStore,
  openStore,
  type ArtifactStore,
  type ReferenceRecord,
  type ReplicaStore,
} from '../../src/index.js';
import { startRegionGate, type RegionGate } from '../emulators/region-gate.js';
import { awsEnvironment } from '../emulators/aws-environment.js';
import { startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { Child } from './support/child.js';
import { compileWorkers } from './support/compile.js';
import { lockBuckets } from './support/lock-buckets.js';
import { temporaryFolder } from './support/temporary-folder.js';

const REGION = 'us-east-2';
const HOME = 'eu-west-1';
const folder = temporaryFolder('replica-processes');
let workers: string;
let accounts: AwsAccounts;
let gate: RegionGate;
let stores = 0;

beforeAll(async () => {
  workers = compileWorkers(join(folder, 'program'));
  accounts = await startAccounts();
});
afterAll(async () => {
  await accounts.close();
  rmSync(folder, { recursive: true });
});

/** A new store whose regions are reached through a gate, with Object Lock on. */
async function enterAws(): Promise<string> {
  const entered = accounts.enterNew();
  gate = await startRegionGate(entered);
  Object.assign(process.env, awsEnvironment(gate.emulator), { AWS_MAX_ATTEMPTS: '2' });
  await (await openStore('aws:')).close();
  // As the home region, the other comes into being when it is first used.
  await (await openReplicas('aws:', REGION)).catalog.close();
  await lockBuckets(entered);
  return 'aws:';
}

const ENGINES: Readonly<Record<string, () => Promise<string>>> = {
  'file:': async () => `file:${join(folder, `store-${(stores += 1)}`)}`,
  'aws:': enterAws,
};

async function publish(store: ArtifactStore, text: string) {
  const source = { kind: 'bytes', bytes: Buffer.from(text) } as const;
  return (await store.publish({ id: 'app', source })).version;
}

async function copiesIn(url: string): Promise<string[]> {
  const place = await openReplicas(url, REGION);
  const found: string[] = [];
  for await (const { digest, generation } of place.content.list('default'))
    found.push(`${digest}#${generation}`);
  await place.catalog.close();
  return found;
}

describe.each(Object.keys(ENGINES))('%s replicas, by processes that know nothing of each other', (engine) => {
  test('first used by several at once, there is one copy', async () => {
    const url = await ENGINES[engine]!();
    const home = await openStore(url);
    const version = await publish(home, 'used at once');
    const children = Array.from(
      { length: 4 },
      () => new Child(workers, 'replicator.js', url, REGION, 'app', '1'),
    );
    await Promise.all(children.map((child) => child.said(1)));
    for (const child of children) child.go();
    const said = await Promise.all(children.map((child) => child.finished<unknown>()));
    const { arn, digest } = version;
    expect(said.map(([, found]) => found)).toEqual(said.map(() => ({ arn, digest })));
    expect(await copiesIn(url)).toEqual([`${digest}#1`]);
    await home.close();
  }, 60_000);

  test.each(['leased', 'pinned', 'brought', 'recorded'])(
    'killed when it was %s, nothing is lost, and the next one ends with one copy',
    async (step) => {
      const url = await ENGINES[engine]!();
      const home = await openStore(url);
      const version = await publish(home, 'killed');
      const child = new Child(workers, 'replicator.js', url, REGION, 'app', '1', step);
      await child.said(1);
      child.go();
      await child.said(2);
      expect(child.lines.at(-1)).toEqual({ stoppedAt: step });
      child.process.kill('SIGKILL');
      await child.ended;
      expect((await home.describe(version.arn)).state).toBe('live');
      const region = await home.inRegion(REGION);
      await region.ensure(version);
      expect(await copiesIn(url)).toEqual([`${version.digest}#1`]);
      await Promise.all([home.close(), region.close()]);
    },
    60_000,
  );
});

describe('while the home region is cut off', () => {
  const consumer = `arn:aws:cloudformation:${REGION}:123456789012:stack/app/1`;
  let replicated: string;
  let missing: string;
  let region: ReplicaStore;
  /** What the region did by itself, and which regions were asked for it. */
  let added: readonly ReferenceRecord[];
  let asked: readonly string[];

  /** The region begins to use its replica, without the home region. */
  async function deployThere(): Promise<void> {
    const { version } = await region.resolve(replicated);
    await region.pin({ consumer, deployment: 'd', pins: [{ version, slot: 'F.Code' }] });
    const { revision } = await region.consumer(consumer);
    const references = [{ version, slot: 'F.Code' }];
    const settled = { consumer, revision, deployment: 'd', references, mode: 'replace' } as const;
    added = (await region.settle({ ...settled, releasePins: ['d'] })).added;
  }

  beforeAll(async () => {
    const url = await enterAws();
    const home = await openStore(url);
    replicated = (await publish(home, 'replicated')).arn;
    missing = (await publish(home, 'only at home')).arn;
    await home.replicate(replicated, [REGION]);
    await home.close();
    gate.cutOff(HOME);
    gate.reached.clear();
    region = await openReplicaStore(url, REGION);
    await deployThere();
    asked = [...gate.reached.keys()];
  }, 60_000);
  beforeEach(() => {
    gate.cutOff(HOME);
    gate.restore(REGION);
  });
  afterAll(async () => {
    await region.close();
    gate.restore(HOME);
    await gate.stop();
  });

  test('what was replicated is resolved, located, pinned and settled in its region alone', async () => {
    const { version } = await region.resolve(replicated);
    expect(version.arn).toBe(replicated);
    expect(await region.locate(version)).toMatchObject({ region: REGION, objectVersion: expect.any(String) });
    expect(added).toMatchObject([{ consumer, slot: 'F.Code' }]);
    expect(asked).toEqual([REGION]);
  }, 60_000);

  test('what was not says so by name, and never that it does not exist', async () => {
    const failure = { code: 'unavailable', message: expect.stringContaining(missing) };
    await expect(region.resolve(missing)).rejects.toMatchObject(failure);
    await expect(region.resolve('app:prod')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('bookmark/default/app:prod'),
    });
  }, 60_000);

  test('what its region began to use meanwhile cannot be deleted at home, and cannot while the regions do not see each other', async () => {
    gate.restore(HOME);
    gate.cutOff(REGION);
    const home = await openStore('aws:');
    await expect(home.delete(replicated)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(REGION),
    });
    expect((await home.why(replicated)).reasons).toContainEqual(
      expect.objectContaining({ kind: 'replica', region: REGION, doubt: expect.any(String) }),
    );
    await expect(home.whereUsed(replicated)).resolves.toMatchObject({ unanswered: [{ region: REGION }] });
    gate.restore(REGION);
    await expect(home.delete(replicated)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(consumer),
    });
    expect(await home.delete(missing)).toMatchObject({ outcome: 'condemned' });
    await home.close();
  }, 120_000);
});
