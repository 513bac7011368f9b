import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readAssembly } from '../../src/assembly/read-assembly.js';
import { publishAssembly } from '../../src/publish/publish-assembly.js';
import { MemoryStores } from '../support/memory-stores.js';

let folder: string;
let stores: MemoryStores;
const file = (...names: string[]) => readFileSync(join(folder, ...names), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-unit-'));
  stores = new MemoryStores();
  cpSync(resolve(__dirname, '../fixtures/python-assembly'), folder, { recursive: true });
});

afterEach(async () => {
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

const publish = () =>
  publishAssembly({ folder: join(folder, 'cdk.out'), output: join(folder, 'out'), openStore: stores.open });

test('nothing of the bootstrap is left, and nothing of the assembly that was read is changed', async () => {
  const before = file('cdk.out', 'Orders.template.json');
  await publish();
  for (const name of [
    'Orders.template.json',
    'OrdersBackground21528AA2.nested.template.json',
    'manifest.json',
  ]) {
    const text = file('out', name);
    expect(text).not.toMatch(/hnb659fds|BootstrapVersion|unpublished-|NotPublished|assets\.json/);
  }
  expect(existsSync(join(folder, 'out/Orders.assets.json'))).toBe(false);
  expect(file('cdk.out', 'Orders.template.json')).toBe(before);
});

test('a nested template is published with its locations filled in, and the list of the parent has what it uses', async () => {
  const { stacks } = await publish();
  const { store } = await stores.open({});
  const template = await store.describe('Orders/Background/Template:1');
  const nested = file('out', 'OrdersBackground21528AA2.nested.template.json');
  expect(template.size).toBe(Buffer.byteLength(nested));
  expect(nested).toContain(`default/sha256/`);
  expect(stacks[0]!.artifacts.map(({ slot }) => slot)).toContainEqual(
    expect.stringMatching(/^BackgroundNestedStack.*\/Worker.*\.Code$/),
  );
});

test('publishing again uploads nothing; what was published before is pinned, or refused by name', async () => {
  await publish();
  const again = await publish();
  expect(again.stacks.map(({ uploaded }) => uploaded)).toEqual([0, 0]);

  const deploy = () =>
    publishAssembly({ folder: join(folder, 'out'), openStore: stores.open, deployment: 'later' });
  expect((await deploy()).stacks).toMatchObject([{ deployment: 'later' }, { deployment: 'later' }]);
  const { store } = await stores.open({});
  for await (const consumer of store.listConsumers()) {
    const { revision, references } = await store.consumer(consumer);
    const releasePins = references.map(({ deployment }) => deployment);
    await store.settle({
      consumer,
      revision,
      deployment: 'over',
      references: [],
      mode: 'replace',
      releasePins,
    });
  }
  await store.delete('Orders/Api/Code:1');
  await expect(deploy()).rejects.toThrow('Orders/Api/Code:1');
});

test('a plan that another synthesis left lying does not count', () => {
  const stale = { version: 1, assets: [], published: { templateUrl: 's3://old/template', artifacts: [] } };
  writeFileSync(join(folder, 'cdk.out/Orders.artifacts.json'), JSON.stringify(stale));
  const [orders] = readAssembly(join(folder, 'cdk.out')).stacks;
  expect(orders!.plan.assets).toHaveLength(4);
});

test('a folder that is no assembly is neither read nor overwritten', async () => {
  await expect(publishAssembly({ folder: join(folder, 'none'), openStore: stores.open })).rejects.toThrow(
    'manifest.json',
  );
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out/letter.txt'), 'mine');
  await expect(publish()).rejects.toThrow('is no cloud assembly');
  expect(file('out', 'letter.txt')).toBe('mine');
});
