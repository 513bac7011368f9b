import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../node_modules/.pnpm', import.meta.url));
/** Larger files are programs for one platform, which a function's dependencies have few of. */
const MAX_FILE = 10_000_000;

/** Regular files below a directory in the order of their names, as [relative path, size]. */
function* filesBelow(root, directory = '') {
  const children = readdirSync(join(root, directory), { withFileTypes: true });
  for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = directory === '' ? child.name : `${directory}/${child.name}`;
    if (child.isDirectory()) {
      yield* filesBelow(root, path);
    } else if (child.isFile()) {
      yield [path, statSync(join(root, path)).size];
    }
  }
}

/**
 * The folders of whole packages in the order of the SHA-256 of their names without version: a sample that nobody chose, which has
 * large and small ones as they come. In the order of their names a few makers of very many small files would fill a tree.
 */
function packages() {
  const order = (folder) =>
    createHash('sha256')
      .update(folder.replace(/(?<=.)@.*/, ''))
      .digest('hex') + folder;
  return readdirSync(SOURCE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [order(name), name])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, name]) => name);
}

/**
 * Makes a directory of at least so many files and bytes, copied from the workspace's own dependencies: the same for the same lock
 * file. It has no links, since some peers follow them. Returns the paths of the files and their bytes in all.
 */
export function makeTree(directory, wanted) {
  const files = [];
  let bytes = 0;
  for (const name of packages()) {
    for (const [path, size] of filesBelow(SOURCE, name)) {
      if (files.length >= wanted.files && bytes >= wanted.bytes) return { files, bytes };
      if (size > MAX_FILE) continue;
      // One file in a hundred stands for the user's own code.
      const target = join(directory, files.length % 100 === 0 ? 'src' : 'node_modules', path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(SOURCE, path), target);
      chmodSync(target, 0o644);
      files.push(target);
      bytes += size;
    }
  }
  return { files, bytes };
}

/** Makes a file of this many bytes out of the Node program that runs this, over and over. */
export function makeFile(file, bytes) {
  const content = readFileSync(process.execPath);
  const fd = openSync(file, 'w');
  for (let left = bytes; left > 0; left -= content.length) {
    writeSync(fd, content, 0, Math.min(left, content.length));
  }
  closeSync(fd);
}
