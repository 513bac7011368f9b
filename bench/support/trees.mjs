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
 * Makes a directory of this many files, copied from the workspace's own dependencies: the same for the same lock file.
 * It has no links, since some peers follow them. Returns the paths of the files and their bytes in all.
 */
export function makeTree(directory, count) {
  const files = [];
  let bytes = 0;
  for (const [path, size] of filesBelow(SOURCE)) {
    if (size > MAX_FILE) continue;
    if (files.length === count) break;
    // One file in a hundred stands for the user's own code.
    const target = join(directory, files.length % 100 === 0 ? 'src' : 'node_modules', path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(SOURCE, path), target);
    chmodSync(target, 0o644);
    files.push(target);
    bytes += size;
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
