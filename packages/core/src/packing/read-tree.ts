import {
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { basename, join, sep } from 'node:path';
import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { deviceKeepingTimes, directoryStamp } from './directory-times.js';
import { sortedBytewise } from './entry-order.js';
import { fileError } from './file-errors.js';
import { IGNORE_FILE, IgnoreRules } from './ignore-rules.js';
import { decodeName } from './names.js';
import { readInnerLink } from './symlinks.js';
import { stampOf, type FileEntry, type FileStamp, type Listing, type Tree, type TreeEntry } from './tree.js';

/**
 * Reads what is to be packed of a directory: its files, its links, and the directories that are empty on disk.
 * It is synchronous because that is several times faster than promises; no file content is read but ignore rules.
 *
 * What `.holdfastignore` files leave out is neither looked at nor refused. Names are kept byte by byte.
 *
 * @param found is told of every file at once
 *
 * Throws `not-found` when the root does not exist; `invalid-input`, naming the path relative to the root, for a link
 * that leads outside, a name that is not UTF-8, and anything that is neither file, directory nor link;
 * `access-denied` for what may not be read.
 */
export function readTree(root: string, found?: (entry: FileEntry) => void): Tree {
  let top: string;
  try {
    top = realpathSync(root);
    if (!statSync(top).isDirectory()) {
      throw new HoldfastError('invalid-input', `${quote(root)} is not a directory`);
    }
  } catch (error) {
    throw fileError('read', root, error);
  }
  const device = deviceKeepingTimes(top);
  const reading: Reading = { entries: [], listings: [], ruled: false, device, found };
  readDirectory(top, '', IgnoreRules.none, reading);
  const { listings, ruled } = reading;
  // All that follows wants this order, and finds it sorted then.
  const entries = sortedBytewise(reading.entries);
  return ruled ? { entries } : { entries, listings };
}

/** A tree of one file, as it stands alone in a zip under its own name. Throws like {@link readTree}. */
export function treeOfFile(file: string): Tree {
  let stats: Stats;
  try {
    stats = statSync(file);
  } catch (error) {
    throw fileError('read', file, error);
  }
  if (!stats.isFile()) {
    throw new HoldfastError('invalid-input', `${quote(file)} is not a regular file`);
  }
  return { entries: [fileEntry(basename(file), file, stats)] };
}

interface Reading {
  readonly entries: TreeEntry[];
  readonly listings: Listing[];
  /** Whether there are ignore rules. */
  ruled: boolean;
  /** Where directories are recognised by their times. */
  readonly device: number | undefined;
  readonly found: ((entry: FileEntry) => void) | undefined;
}

/** A regular file as its stats say that it is. `file` is where it lies. */
export function fileEntry(path: string, file: string, stats: Stats): FileEntry {
  const mode = (stats.mode & 0o100) === 0 ? 0o644 : 0o755;
  return { kind: 'file', path, mode, size: stats.size, source: { file }, stamp: stampOf(stats) };
}

function readDirectory(top: string, directory: string, inherited: IgnoreRules, reading: Reading): void {
  const absolute = directory === '' ? top : below(top, directory);
  // First the times, so that whatever changes while the names are listed changes them.
  const stamp = stampOfDirectory(absolute, reading.device);
  const children = listDirectory(absolute, directory);
  if (children.length === 0 && directory !== '') {
    reading.entries.push({ kind: 'directory', path: directory });
  }
  reading.listings.push({ path: directory, names: namesIn(children), stamp });
  const ignoreFile = children.find((child) => child.name === IGNORE_FILE);
  reading.ruled ||= ignoreFile !== undefined;
  const rules =
    ignoreFile === undefined
      ? inherited
      : inherited.with(directory, readRules(absolute, directory, ignoreFile));
  for (const child of children.sort(byPath)) {
    const path = directory === '' ? child.name : `${directory}/${child.name}`;
    if (child.name === IGNORE_FILE || rules.leavesOut(path, child.isDirectory())) {
      continue;
    }
    if (child.isDirectory()) {
      readDirectory(top, path, rules, reading);
    } else {
      const entry = readEntry(top, path);
      reading.entries.push(entry);
      if (entry.kind === 'file') {
        reading.found?.(entry);
      }
    }
  }
}

function stampOfDirectory(absolute: string, device: number | undefined): FileStamp | undefined {
  try {
    return device === undefined ? undefined : directoryStamp(lstatSync(absolute), device);
  } catch {
    // Listing it meets the same, and says what it is.
    return undefined;
  }
}

/** As the paths of all that is below them follow one another, for most names: then the whole needs no sorting. */
function byPath(a: Dirent, b: Dirent): number {
  return beginningOfPath(a) < beginningOfPath(b) ? -1 : 1;
}

function beginningOfPath(child: Dirent): string {
  return child.isDirectory() ? `${child.name}/` : child.name;
}

function namesIn(children: readonly Dirent[]): string {
  return children.map(({ name }) => name).join('/');
}

/** What `join` gives for a path that is plain already, which every path here is; it would take a tenth of the time. */
export function below(top: string, path: string): string {
  return `${top}${sep}${path}`;
}

function readEntry(top: string, path: string): TreeEntry {
  const absolute = below(top, path);
  let stats: Stats;
  try {
    stats = lstatSync(absolute);
  } catch (error) {
    throw fileError('read', path, error);
  }
  if (stats.isFile()) {
    return fileEntry(path, absolute, stats);
  }
  if (stats.isSymbolicLink()) {
    return { kind: 'symlink', path, target: readInnerLink(top, path) };
  }
  throw new HoldfastError('invalid-input', `${quote(path)} is ${kindOf(stats)}, which a zip cannot hold`, {
    hint: 'Remove it, or leave it out with .holdfastignore.',
    data: { path },
  });
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) {
    return 'a named pipe';
  }
  if (stats.isSocket()) {
    return 'a socket';
  }
  return stats.isBlockDevice() || stats.isCharacterDevice() ? 'a device' : 'neither a file nor a link';
}

function listDirectory(absolute: string, directory: string): Dirent[] {
  try {
    const children = readdirSync(absolute, { withFileTypes: true });
    // The decoder puts U+FFFD where a name is not UTF-8; a name may also hold that character rightly.
    if (children.some((child) => child.name.includes('\ufffd'))) {
      for (const name of readdirSync(absolute, { encoding: 'buffer' })) {
        decodeName(name, `a file name in directory ${quote(directory === '' ? '.' : directory)}`);
      }
    }
    return children;
  } catch (error) {
    throw fileError('read', directory === '' ? '.' : directory, error);
  }
}

function readRules(absolute: string, directory: string, ignoreFile: Dirent): string {
  const path = directory === '' ? IGNORE_FILE : `${directory}/${IGNORE_FILE}`;
  // Passing over it would pack what somebody meant to keep out.
  if (!ignoreFile.isFile()) {
    throw new HoldfastError('invalid-input', `${quote(path)} is not a regular file`, { data: { path } });
  }
  try {
    return readFileSync(join(absolute, IGNORE_FILE), 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
}
