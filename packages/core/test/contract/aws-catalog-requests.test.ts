import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublishSource } from '../../src/index.js';
import type { Engine } from '../../src/ports/index.js';
import type { StoreContext } from '../../src/store/context.js';
import { deleteVersion } from '../../src/store/deletion.js';
import { publishAll } from '../../src/store/publish.js';
import { locateVersion } from '../../src/store/reading.js';
import { CallCounter } from './support/counted-calls.js';
import { temporaryFolder } from './support/temporary-folder.js';
import { openOnTable, startDynamo, type DynamoTables } from './support/dynamo-tables.js';

const consumer = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
const at = '2026-01-01T00:00:00.000Z';
const actor = { by: 'tester', at };

let tables: DynamoTables;
let table: string;

beforeAll(async () => {
  tables = await startDynamo();
});

afterAll(async () => {
  await tables.close();
});

beforeEach(async () => {
  table = await tables.make();
});

/** A process of its own: it remembers nothing of what others saw. */
async function withProcess<T>(work: (engine: Engine, calls: CallCounter) => Promise<T>): Promise<T> {
  const calls = new CallCounter();
  const engine = calls.watchUploads(await openOnTable(tables, table, calls.watch));
  try {
    return await work(engine, calls);
  } finally {
    await engine.catalog.close();
  }
}

/** Publishes 50 assets in a process of its own; returns its requests and what became of the assets. */
function publish50(sourceOf: (i: number) => PublishSource) {
  return withProcess(async (engine, calls) => {
    const context: StoreContext = {
      ...{ engine, identity: engine.identity, by: 'tester', clock: () => new Date(at) },
      ...{ onEvent: () => undefined, recoveryWindowMs: 1_000, leaseMs: 3_600_000, cache: false },
    };
    const inputs = Array.from({ length: 50 }, (_, i) => ({
      id: `app/function-${i}`,
      source: sourceOf(i),
    }));
    calls.take();
    const outcomes = (await publishAll(context, inputs)).map(({ outcome, version }) => ({
      outcome,
      number: version.number,
    }));
    return { calls: calls.take(), outcomes };
  });
}

const bytes = (text: string): PublishSource => ({ kind: 'bytes', bytes: Buffer.from(text) });
const same = (i: number): PublishSource => bytes(`content ${i}`);

async function withRepository(): Promise<Engine> {
  const engine = await openOnTable(tables, table);
  await engine.catalog.getRepository('default');
  return engine;
}

describe('publishing 50 assets', () => {
  test('is at most 55 requests at first, 1 when nothing changed, 4 when one did', async () => {
    const keeper = await withRepository();
    const first = await publish50(same);
    expect(first.outcomes).toEqual(Array(50).fill({ outcome: 'created', number: 1 }));
    expect(first.calls.filter((call) => call === 'put')).toHaveLength(50);
    expect(first.calls.length).toBeLessThanOrEqual(55);

    const unchanged = await publish50(same);
    expect(unchanged.outcomes.every(({ outcome }) => outcome === 'existing')).toBe(true);
    expect(unchanged.calls).toEqual(['transactGet']);

    const one = await publish50((i) => (i === 7 ? bytes('changed') : same(i)));
    expect(one.outcomes[7]).toEqual({ outcome: 'created', number: 2 });
    expect(one.calls.length).toBeLessThanOrEqual(4);
    await keeper.catalog.close();
  });

  test('that are directories is no more: one look finds their trees and versions', async () => {
    const keeper = await withRepository();
    const folder = temporaryFolder('requests');
    const directory = (i: number): PublishSource => {
      mkdirSync(join(folder, String(i)), { recursive: true });
      return { kind: 'path', path: join(folder, String(i)) };
    };
    for (let i = 0; i < 50; i += 1) {
      directory(i);
      writeFileSync(join(folder, String(i), 'index.js'), `exports.number = ${i};`);
    }
    const first = await publish50(directory);
    expect(first.outcomes).toEqual(Array(50).fill({ outcome: 'created', number: 1 }));
    expect(first.calls.length).toBeLessThanOrEqual(55);

    const unchanged = await publish50(directory);
    expect(unchanged.outcomes.every(({ outcome }) => outcome === 'existing')).toBe(true);
    expect(unchanged.calls).toEqual(['batchGet']);

    writeFileSync(join(folder, '7', 'index.js'), 'exports.number = "changed";');
    const one = await publish50(directory);
    expect(one.outcomes[7]).toEqual({ outcome: 'created', number: 2 });
    expect(one.calls.length).toBeLessThanOrEqual(4);
    rmSync(folder, { recursive: true });
    await keeper.catalog.close();
  });
});

describe('publishing says where a content lies', () => {
  const wanted = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ repository: 'default', id: `app/function-${i}` },
      digest: `sha256:${createHash('sha256').update(`content ${i}`).digest('hex')}` as const,
    }));

  test('with the very look for its version, while that has room for it', async () => {
    const keeper = await withRepository();
    await publish50(same);
    await withProcess(async ({ catalog }, calls) => {
      calls.take();
      const [found] = await catalog.findVersions(wanted(1));
      expect(found?.copy).toMatchObject({
        ...{ repository: 'default', generation: 1 },
        digest: found?.digest,
      });
      expect((await catalog.findVersions(wanted(33))).every((one) => one?.copy !== undefined)).toBe(true);
      expect((await catalog.findVersions(wanted(50))).every((one) => one !== undefined)).toBe(true);
      expect(calls.take()).toEqual(['transactGet', 'transactGet', 'transactGet']);
    });
    await keeper.catalog.close();
  });

  test('and what is very likely new is not looked for; where it is not new after all, nothing is published twice', async () => {
    const keeper = await withRepository();
    const publishNew = (count: number) =>
      withProcess(async (engine, calls) => {
        const context: StoreContext = {
          ...{ engine, identity: engine.identity, by: 'tester', clock: () => new Date(at) },
          ...{ onEvent: () => undefined, recoveryWindowMs: 1_000, leaseMs: 3_600_000, cache: false },
        };
        calls.take();
        const inputs = Array.from({ length: count }, (_, i) => ({
          ...{ id: `likely/${i}`, source: same(i), likelyNew: true },
        }));
        const outcomes = (await publishAll(context, inputs)).map(({ outcome, uploaded, version }) => [
          ...[outcome, uploaded, version.number],
        ]);
        return { outcomes, calls: calls.take() };
      });
    expect(await publishNew(1)).toEqual({
      outcomes: [['created', true, 1]],
      calls: ['transactWrite', 'put', 'transactWrite'],
    });
    expect((await publishNew(2)).outcomes).toEqual([
      ['existing', false, 1],
      ['created', true, 1],
    ]);
    await keeper.catalog.close();
  });
});

test('a whole version is located with one look at the catalog', async () => {
  const keeper = await withRepository();
  await publish50(same);
  await withProcess(async (engine, calls) => {
    const about = {
      ...actor,
      identity: engine.identity,
      clock: () => new Date(at),
      onEvent: () => undefined,
    };
    const context: StoreContext = { ...about, engine, recoveryWindowMs: 1_000, leaseMs: 3_600_000 };
    const version = await engine.catalog.getVersion({
      ...{ repository: 'default', id: 'app/function-7', number: 1 },
    });
    calls.take();
    // The memory that holds the contents here has no bucket to name; the engine's own test sees the place.
    await expect(locateVersion(context, version!)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(calls.take()).toEqual(['get']);
  });
  await keeper.catalog.close();
});

describe('a stack with 500 references', () => {
  test('is settled with at most 15 requests, also again with another deployment', async () => {
    const keeper = await withRepository();
    const { catalog } = keeper;
    const versions = Array.from({ length: 500 }, (_, i) => ({
      repository: 'default',
      id: `f${i}`,
      number: 1,
    }));
    await recordContents(
      keeper,
      versions.map(({ id }) => id),
    );
    await withProcess(async ({ catalog: deployer }, calls) => {
      const settle = async (deployment: string, count: number) => {
        calls.take();
        const { revision } = await deployer.getConsumer(consumer);
        const references = versions
          .slice(0, count)
          .map((version) => ({ version, slot: `${version.id}.Code` }));
        const evidence = {
          consumer,
          revision,
          deployment,
          references,
          mode: 'replace',
          releasePins: [],
        } as const;
        const result = await deployer.settle({ ...actor, ...evidence });
        return { result, calls: calls.take().length };
      };
      const first = await settle('d1', 500);
      expect(first.result).toMatchObject({ outcome: 'settled', added: { length: 500 } });
      expect(first.calls).toBeLessThanOrEqual(15);
      expect((await settle('d2', 500)).calls).toBeLessThanOrEqual(15);
      expect((await catalog.getConsumer(consumer)).references).toHaveLength(500);
      const removal = await settle('d3', 0);
      expect(removal.result).toMatchObject({ released: { length: 500 } });
      expect(removal.calls).toBeLessThanOrEqual(15);
    });
    expect(await catalog.listConsumers({ limit: 9 })).toEqual([]);
    await catalog.close();
  });
});

/** Records a version of the same stored content in each artifact. */
async function recordContents(engine: Engine, ids: readonly string[]): Promise<void> {
  const digest = `sha256:${'0'.repeat(64)}` as const;
  const about = {
    ...actor,
    repository: 'default',
    digest,
    size: 1,
    mediaType: 'text/plain',
    labels: {},
    provenance: {},
  };
  const lease = { repository: 'default', digest, lease: 'one', expiresAt: '2027-01-01T00:00:00.000Z' };
  await engine.catalog.leaseContent(lease);
  await engine.catalog.recordVersions(
    ids.map((id, i) => ({ ...about, id, ...(i === 0 ? { lease: 'one' } : {}) })),
  );
}

describe('a delete', () => {
  test('is decided by one request, however many use other versions', async () => {
    const keeper = await withRepository();
    await recordContents(keeper, ['a', 'b', 'c']);
    await withProcess(async ({ catalog }, calls) => {
      const version = { repository: 'default', id: 'a', number: 1 };
      await catalog.getVersion(version);
      calls.take();
      expect((await catalog.condemnVersion(version, at, actor)).outcome).toBe('condemned');
      expect(calls.take()).toEqual(['transactWrite']);
    });
    await keeper.catalog.close();
  });

  test('by a process that saw nothing before reads the version once, and asks nobody who uses it', async () => {
    const keeper = await withRepository();
    const ids = Array.from({ length: 120 }, (_, i) => `d${i}`);
    await recordContents(keeper, ids);
    const pins = ids.slice(1).map((id) => ({ version: { repository: 'default', id, number: 1 }, slot: id }));
    await keeper.catalog.pin({ ...actor, consumer, deployment: 'd1', pins });
    await withProcess(async (engine, calls) => {
      const context: StoreContext = {
        ...{ engine, identity: engine.identity, by: 'tester', clock: () => new Date(at) },
        ...{ onEvent: () => undefined, recoveryWindowMs: 1_000, leaseMs: 3_600_000, cache: false },
      };
      calls.take();
      expect((await deleteVersion(context, 'd0:1', 'default')).outcome).toBe('condemned');
      expect(calls.take()).toEqual(['get', 'transactWrite']);
      await expect(deleteVersion(context, 'd1:1', 'default')).rejects.toMatchObject({ code: 'in-use' });
      // Who uses it is asked only for the refusal, and told in an event.
      expect(calls.take()).toEqual(['get', 'transactWrite', 'query', 'query', 'transactWrite']);
      await expect(deleteVersion(context, 'none:1', 'default')).rejects.toMatchObject({ code: 'not-found' });
    });
    await keeper.catalog.close();
  });
});

describe('many versions at once', () => {
  test('of one tree, under names of their own, are recorded together', async () => {
    const engine = await withRepository();
    const digest = `sha256:${'1'.repeat(64)}` as const;
    const about = { ...actor, repository: 'default', digest, size: 1, mediaType: 'application/zip' };
    const ids = Array.from({ length: 30 }, (_, i) => `twin-${i}`);
    const leases = ids.map((lease) => ({
      repository: 'default',
      digest,
      lease,
      expiresAt: '2027-01-01T00:00:00.000Z',
    }));
    await engine.catalog.leaseContents(leases);
    const recorded = await engine.catalog.recordVersions(
      ids.map((id) => ({ ...about, id, lease: id, labels: {}, provenance: {}, treeDigest: 'sha256:tree' })),
    );
    expect(recorded.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'created'));
    expect(await engine.catalog.findTrees('default', ['sha256:tree'])).toEqual([{ digest, size: 1 }]);
    expect(await engine.catalog.versionsOfContent('default', digest)).toHaveLength(30);
    await engine.catalog.close();
  });

  test('a listing that begins after its prefix is empty', async () => {
    const engine = await withRepository();
    await recordContents(engine, ['pay/a', 'pay/b']);
    const list = (after: string) => engine.catalog.listArtifacts('default', 'pay', { after, limit: 9 });
    expect((await list('a')).map(({ id }) => id)).toEqual(['pay/a', 'pay/b']);
    expect(await list('z')).toEqual([]);
    await engine.catalog.close();
  });
});

describe('what takes several transactions', () => {
  test('is given back when a later one finds a version that cannot be used, and all such are told', async () => {
    const engine = await withRepository();
    const ids = Array.from({ length: 120 }, (_, i) => `g${i}`);
    await recordContents(engine, ids);
    const missing = ['none-1', 'none-2', 'none-3'];
    const list = [...ids, ...missing].map((id) => ({
      version: { repository: 'default', id, number: 1 },
      slot: `${id}.Code`,
    }));
    const { catalog } = engine;
    const about = { ...actor, consumer, deployment: 'd1' };
    const pinned = await catalog.pin({ ...about, pins: list });
    const evidence = { revision: 0, mode: 'replace', releasePins: [] } as const;
    const settled = await catalog.settle({ ...about, ...evidence, references: list });
    for (const result of [pinned, settled]) {
      const versions = 'versions' in result ? result.versions : [];
      expect(versions.map(({ id }) => id).toSorted()).toEqual(missing);
    }
    expect(await catalog.getConsumer(consumer)).toEqual({ consumer, revision: 0, references: [] });
    for (const id of ids) {
      const { outcome } = await catalog.condemnVersion({ repository: 'default', id, number: 1 }, at, actor);
      expect(outcome).toBe('condemned');
    }
    await catalog.close();
  });
});
