import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { packTree, readTree, type PackResult } from '../../../src/packing/index.js';
import { compilePacking, runWithPacking } from './support/compiled-packing.js';
import { readZip } from './support/read-zip.js';
import { directoryWith, temporaryDirectory } from './support/temporary-directory.js';

const FILES: readonly (readonly [string, string])[] = [
  ['handler.js', 'exports.handler = () => 1;\n'.repeat(50)],
  ['z/\u00e4', 'umlaut'],
  ['node_modules/b/index.js', 'module.exports = 2;'],
  ['Z/b', 'capital'],
  ['empty', ''],
];

/** Makes the same tree in a way of its own. */
function makeTree(order: readonly (readonly [string, string])[], seconds: number, mode: number): string {
  const root = temporaryDirectory();
  for (const [path, content] of order) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o777 });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
    utimesSync(join(root, path), seconds, seconds);
  }
  mkdirSync(join(root, 'hollow'));
  symlinkSync('handler.js', join(root, 'link'));
  return root;
}

async function pack(root: string): Promise<PackResult> {
  return packTree(readTree(root), join(temporaryDirectory(), 'out.zip'));
}

describe('the same tree', () => {
  let packing: string;
  beforeAll(() => {
    packing = compilePacking();
  });

  test('gives the same bytes whatever the clock, the order of making, the modes beside executability', async () => {
    const one = await pack(makeTree(FILES, 1_000_000_000, 0o600));
    const other = await pack(makeTree([...FILES].reverse(), 1_700_000_001, 0o664));
    expect(other.digest).toBe(one.digest);
    expect(other.treeDigest).toBe(one.treeDigest);
  });

  test.each([
    ['another time zone', { TZ: 'Pacific/Kiritimati' }, ''],
    ['another locale', { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }, ''],
    ['another umask', {}, 'process.umask(0o077);'],
    ['other numbers of threads and blocks', { UV_THREADPOOL_SIZE: '1' }, 'options.concurrency = 1;'],
  ])('gives the same bytes under %s', async (_, env, setUp) => {
    const root = makeTree(FILES, 1_600_000_000, 0o644);
    const here = await pack(root);
    const out = join(temporaryDirectory(), 'out.zip');
    const there = runWithPacking(
      packing,
      `const options = {}; ${setUp}
       return packing.packTree(packing.readTree(${JSON.stringify(root)}), ${JSON.stringify(out)}, options);`,
      env,
    ) as PackResult;
    expect(there.digest).toBe(here.digest);
    expect(there.treeDigest).toBe(here.treeDigest);
  });
});

describe('another tree', () => {
  test.each<readonly [string, (root: string) => void]>([
    ['chmod +x', (root) => chmodSync(join(root, 'handler.js'), 0o755)],
    ['a changed byte', (root) => writeFileSync(join(root, 'Z/b'), 'capitaL')],
    ['one more empty directory', (root) => mkdirSync(join(root, 'hollow2'))],
    ['a link more', (root) => symlinkSync('Z/b', join(root, 'link2'))],
  ])('has another digest: %s', async (_, change) => {
    const root = makeTree(FILES, 1_600_000_000, 0o644);
    const before = await pack(root);
    change(root);
    const after = await pack(root);
    expect(after.digest).not.toBe(before.digest);
    expect(after.treeDigest).not.toBe(before.treeDigest);
  });
});

test('dependencies come first and own code last, each sorted by bytes', async () => {
  const names = [
    'b',
    'a/node_modules/x',
    'node_modules/\u{1f600}',
    'node_modules/\uffee',
    'B',
    'vendor/y',
    'a.js',
  ];
  const names2 = ['python/lib/python3.12/site-packages/p.py', 'my_node_modules/q', 'vendored'];
  const root = directoryWith(Object.fromEntries([...names, ...names2].map((name) => [name, ''])));
  const out = join(temporaryDirectory(), 'out.zip');
  await packTree(readTree(root), out);
  expect((await readZip(out)).map((entry) => entry.path)).toEqual([
    'a/node_modules/x',
    'node_modules/\uffee',
    'node_modules/\u{1f600}',
    'python/lib/python3.12/site-packages/p.py',
    'vendor/y',
    'B',
    'a.js',
    'b',
    'my_node_modules/q',
    'vendored',
  ]);
});
