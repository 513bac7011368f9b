import { beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree } from '../../../src/packing/index.js';
import { hashTree } from '../../../src/packing/tree-digest.js';
import { temporaryDirectory } from './support/temporary-directory.js';

let root: string;

/** More than is read on one thread alone: long files that are holes but for their end, and small ones between. */
beforeAll(() => {
  root = temporaryDirectory();
  for (let i = 0; i < 12; i += 1) {
    const folder = join(root, `folder-${i}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'long'), '');
    truncateSync(join(folder, 'long'), 16 * 1024 * 1024);
    appendFileSync(join(folder, 'long'), `end ${i}`);
    for (let j = 0; j < 20; j += 1) writeFileSync(join(folder, `small-${j}`), 'x'.repeat(i * j));
  }
});

const known = (): undefined => undefined;

test('files that are read on several threads have the digests of their contents, in the order of the tree', async () => {
  const tree = readTree(root);
  const digests = await hashTree(tree, known);
  const expected = tree.entries.map(({ path }) =>
    createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex'),
  );
  expect(digests).toEqual(expected);
});

test.each<readonly [string, (file: string) => void]>([
  ['is gone', (file) => rmSync(file)],
  ['became longer', (file) => appendFileSync(file, 'more')],
  ['became shorter', (file) => truncateSync(file, 1)],
  [
    'is a directory now',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
])('a file that %s is named', async (_, change) => {
  const file = join(root, 'folder-5', 'small-7');
  const tree = readTree(root);
  change(file);
  await expect(hashTree(tree, known)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('folder-5/small-7') as unknown,
  });
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, 'as the tree says');
});
