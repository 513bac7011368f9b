import { createHash } from 'node:crypto';
import fs, { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
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

describe('a large directory', () => {
  const large = (): string => join(tree, 'large.bin');

  beforeEach(async () => {
    writeFileSync(large(), Buffer.alloc(16_777_216, 'text '));
    await store.close();
  });

  async function publishWith(cache: string | false): Promise<string[]> {
    store = await open(cache);
    const digest = await publish();
    await store.close();
    expect(digest).toBe(await cleanBuild());
    return events.map(({ type }) => type);
  }

  afterEach(async () => {
    store = await open(false);
  });

  test.each(['cache', false] as const)(
    'is read once for being packed when none like it is known: %s',
    async (name) => {
      const cache = name !== false && join(folder, name);
      const opened = jest.spyOn(fs, 'openSync').mockClear();
      store = await open(cache);
      await publish();
      const times = opened.mock.calls.filter(([path]) => path === large()).length;
      opened.mockRestore();
      await store.close();
      expect(times).toBe(1);
      expect(events.map(({ type }) => type)).toEqual(['packed', 'stored']);
      expect(await publishWith(cache)).toEqual(['unchanged']);
    },
  );

  test.each(['cache', false] as const)(
    'is recognised by a machine without memory, published with %s',
    async (name) => {
      const cache = name !== false && join(folder, name);
      expect(await publishWith(cache)).toEqual(['packed', 'stored']);
      expect(await publishWith(false)).toEqual(['unchanged']);
      appendFileSync(large(), 'more');
      // Where its memory tells what has changed, its shape is told all the same.
      expect(await publishWith(cache)).toEqual(['packed', 'stored']);
      expect(await publishWith(join(folder, 'other cache'))).toEqual(['unchanged']);
    },
  );

  test('is another one when it has the sizes of a known one, and other contents', async () => {
    expect(await publishWith(false)).toEqual(['packed', 'stored']);
    writeFileSync(large(), Buffer.alloc(16_777_216, 'other '));
    expect(await publishWith(false)).toEqual(['packed', 'stored']);
  });
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
