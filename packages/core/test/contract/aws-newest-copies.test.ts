import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../src/index.js';
import type { Catalog, Engine } from '../../src/ports/index.js';
import type { StoreContext } from '../../src/store/context.js';
import { LookAhead } from '../../src/store/look-ahead.js';
import { publishAll } from '../../src/store/publish.js';
import type { PublishInput } from '../../src/store/types.js';
import { CallCounter } from './support/counted-calls.js';
import { openOnTable, startDynamo, type DynamoTables } from './support/dynamo-tables.js';
import { temporaryFolder } from './support/temporary-folder.js';

// Artifacts say where the content of their newest version lies, so that an unchanged publish asks nothing about contents.

const at = '2026-01-01T00:00:00.000Z';
const actor = { by: 'tester', at };
const repository = 'default';

let tables: DynamoTables;
let table: string;
let engine: Engine;
let catalog: Catalog;

beforeAll(async () => {
  tables = await startDynamo();
});

afterAll(async () => {
  await tables.close();
});

beforeEach(async () => {
  table = await tables.make();
  engine = await openOnTable(tables, table);
  ({ catalog } = engine);
  await catalog.getRepository(repository);
});

afterEach(async () => {
  await catalog.close();
});

const digestOf = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

/** Stores a content as an object version, and records it as the artifact's next version. */
async function store(into: Catalog, id: string, digest: Digest, objectVersion?: string) {
  const lease = `lease of ${id}`;
  await into.leaseContent({ repository, digest, lease, expiresAt: '2027-01-01T00:00:00.000Z' });
  const about = { repository, id, digest, size: 1, mediaType: 'text/plain', labels: {}, provenance: {} };
  const at = objectVersion === undefined ? {} : { objectVersion };
  await into.recordVersion({ ...actor, ...about, ...at, lease, treeDigest: `tree of ${digest}` });
}

/** Where the artifact says that its newest version's content lies; asked of a process that remembers nothing. */
async function saidBy(id: string) {
  const fresh = await openOnTable(tables, table);
  const [newest] = await fresh.catalog.newestVersions!(repository, [id]);
  await fresh.catalog.close();
  return newest?.copy;
}

describe('where a newest version lies', () => {
  const digest = digestOf('a');
  const copy = { repository, digest, generation: 1 };

  test('is said of what was just stored, of what was stored before, and of nothing that no storage told', async () => {
    await store(catalog, 'first', digest, 'one');
    expect(await saidBy('first')).toEqual({ ...copy, objectVersion: 'one' });
    await store(catalog, 'second', digest);
    expect(await saidBy('second')).toEqual({ ...copy, objectVersion: 'one' });
    await store(catalog, 'untold', digestOf('b'));
    expect(await saidBy('untold')).toBeUndefined();
    const [tree] = await catalog.findTrees(repository, [`tree of ${digest}`], ['second']);
    expect(tree?.version).toMatchObject({ id: 'second', copy: { objectVersion: 'one' } });
  });

  test('is not said any more of the version before, nor of one that is condemned', async () => {
    await store(catalog, 'first', digest, 'one');
    await store(catalog, 'first', digestOf('b'), 'two');
    expect(await saidBy('first')).toMatchObject({ digest: digestOf('b'), objectVersion: 'two' });
    await catalog.condemnVersion({ repository, id: 'first', number: 2 }, at, actor);
    expect(await saidBy('first')).toBeUndefined();
  });

  test('is not said any more once a repair has stored it anew: not by any artifact, nor by a process that saw it before', async () => {
    const other = await openOnTable(tables, table);
    await store(other.catalog, 'first', digest, 'damaged');
    await store(catalog, 'second', digest);
    await store(catalog, 'moved-on', digest);
    await store(catalog, 'moved-on', digestOf('b'), 'elsewhere');
    await catalog.replaceObjectVersion!(copy, 'repaired');
    expect(await saidBy('first')).toBeUndefined();
    expect(await saidBy('second')).toBeUndefined();
    expect(await saidBy('moved-on')).toMatchObject({ objectVersion: 'elsewhere' });
    await store(other.catalog, 'third', digest);
    expect(await saidBy('third')).toEqual({ ...copy, objectVersion: 'repaired' });
    await other.catalog.close();
  });

  test('is taken back of more artifacts than fit one transaction', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `copy-${i}`);
    await store(catalog, 'first', digest, 'damaged');
    const about = { repository, digest, size: 1, mediaType: 'text/plain', labels: {}, provenance: {} };
    await catalog.recordVersions(ids.map((id) => ({ ...actor, ...about, id })));
    expect(await saidBy('copy-7')).toMatchObject({ objectVersion: 'damaged' });
    await catalog.replaceObjectVersion!(copy, 'repaired');
    const left = await catalog.newestVersions!(repository, ids);
    expect(left.filter((one) => one === undefined || one.copy !== undefined)).toEqual([]);
    expect(await catalog.getContent(repository, digest)).toMatchObject({ objectVersion: 'repaired' });
  });

  test('is not replaced for a copy that is not there', async () => {
    await store(catalog, 'first', digest, 'one');
    await catalog.replaceObjectVersion!({ ...copy, generation: 2 }, 'wrong');
    expect(await catalog.getContent(repository, digest)).toMatchObject({ objectVersion: 'one' });
  });
});

describe('a publish in two batches, of 50 directories and of what names them', () => {
  const folder = temporaryFolder('look-ahead');
  const write = (i: number, text: string): void => {
    mkdirSync(join(folder, String(i)), { recursive: true });
    writeFileSync(join(folder, String(i), 'index.js'), text);
  };

  beforeAll(() => {
    for (let i = 0; i < 50; i += 1) write(i, `exports.number = ${i};`);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** In a process of its own, as the adapters publish. */
  async function publish(text: string) {
    const calls = new CallCounter();
    const own = calls.watchUploads(await openOnTable(tables, table, calls.watch));
    const context: StoreContext = {
      ...{ engine: own, identity: own.identity, by: 'tester', clock: () => new Date(at) },
      ...{ onEvent: () => undefined, recoveryWindowMs: 1_000, leaseMs: 3_600_000, cache: false },
    };
    const ahead = new LookAhead([{ repository, id: 'app/Template' }]);
    const assets = Array.from({ length: 50 }, (_, i): PublishInput => ({
      ...{ id: `app/function-${i}`, source: { kind: 'path', path: join(folder, String(i)) } },
    }));
    const first = await publishAll(context, assets, ahead);
    const template: PublishInput = {
      ...{ id: 'app/Template', source: { kind: 'bytes', bytes: Buffer.from(text) } },
      likelyNew: first.some(({ outcome }) => outcome === 'created'),
    };
    const [second] = await publishAll(context, [template], ahead);
    await own.catalog.close();
    return {
      calls: calls.take(),
      numbers: [...new Set(first.map(({ version }) => version.number))],
      template: second!.version.number,
      placed: [...first, second!].every(({ copy }) => copy?.objectVersion !== undefined),
    };
  }

  test('is 58 requests at first, one when nothing changed, and seven when one did', async () => {
    const once = ['transactWrite', 'put', 'transactWrite'];
    const records = Array<string>(3).fill('transactWrite');
    expect(await publish('one')).toEqual({
      calls: [...['batchGet', 'transactWrite', ...Array<string>(50).fill('put'), ...records], ...once],
      ...{ numbers: [1], template: 1, placed: true },
    });
    expect(await publish('one')).toEqual({
      calls: ['batchGet'],
      ...{ numbers: [1], template: 1, placed: true },
    });
    write(7, 'exports.number = "changed";');
    expect(await publish('two')).toEqual({
      calls: ['batchGet', ...once, ...once],
      ...{ numbers: [1, 2], template: 2, placed: true },
    });
    // What the artifact had before is found too, though it is not the newest.
    write(7, 'exports.number = 7;');
    expect(await publish('one')).toMatchObject({ numbers: [1], template: 1 });
  });
});
