import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore, type ProgressEvent } from '../../src/index.js';
import { packTree, readTree } from '../../src/packing/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

let folder: string;
let tree: string;
let store: ArtifactStore;
let events: ProgressEvent[];

beforeEach(async () => {
  folder = temporaryFolder('directory');
  tree = join(folder, 'tree');
  mkdirSync(join(tree, 'node_modules'), { recursive: true });
  for (let i = 0; i < 40; i += 1) {
    writeFileSync(join(tree, 'node_modules', `${i}.js`), `module.exports = ${i};\n`.repeat(200 + i));
  }
  writeFileSync(join(tree, 'index.js'), 'exports.handler = async () => 1;\n'.repeat(30));
  store = await open(join(folder, 'cache'));
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(cache: string | false): Promise<ArtifactStore> {
  events = [];
  return openStore(`file:${join(folder, 'store')}`, { cache, onEvent: (event) => events.push(event) });
}

async function publish(): Promise<string> {
  const { version } = await store.publish({ id: 'app', source: { kind: 'path', path: tree } });
  return version.digest;
}

async function cleanBuild(): Promise<string> {
  const { digest } = await packTree(readTree(tree), join(folder, 'clean.zip'));
  return digest;
}

test('a changed directory is published with the very bytes of a clean build', async () => {
  expect(await publish()).toBe(await cleanBuild());
  writeFileSync(join(tree, 'index.js'), 'exports.handler = async () => 2;\n'.repeat(30));
  const second = await publish();
  expect(second).toBe(await cleanBuild());
  const file = join(folder, 'read.zip');
  await store.readTo('app', file);
  expect(`sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`).toBe(second);
  expect((await store.verify()).problems).toEqual([]);
});

test('a stored zip that is damaged is not copied from', async () => {
  const first = await publish();
  const pack = readdirSync(join(folder, 'cache/trees')).find((name) => name.endsWith('.pack'));
  expect(pack).toBeDefined();
  const stored = contentFiles(join(folder, 'store/content')).find((file) => file.includes(first.slice(-60)))!;
  rmSync(stored, { force: true });
  writeFileSync(stored, Buffer.from('not the zip at all'));
  writeFileSync(join(tree, 'index.js'), 'exports.handler = async () => 3;\n'.repeat(30));
  expect(await publish()).toBe(await cleanBuild());
});

test('an unchanged directory is not packed, with memory and without', async () => {
  await publish();
  await store.close();
  for (const cache of [join(folder, 'cache'), join(folder, 'other cache'), false] as const) {
    store = await open(cache);
    await publish();
    expect(events.map(({ type }) => type)).toEqual(['unchanged']);
    await store.close();
  }
  store = await open(false);
});

test('a store without memory writes none', async () => {
  await store.close();
  store = await openStore(`file:${join(folder, 'store')}`, { cache: false });
  await publish();
  expect(readdirSync(folder).sort()).toEqual(['store', 'tree']);
});

function contentFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
