import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { deviceKeepingTimes, directoryStamp } from './directory-times.js';
import { isSettled } from './fingerprint-columns.js';
import type { Fingerprints } from './fingerprints.js';
import { below, fileEntry } from './read-tree.js';
import { readInnerLink } from './symlinks.js';
import type { FileStamp, TreeEntry } from './tree.js';

/** A tree in which nothing has come or gone since it was remembered. */
export interface SeenAgain {
  /** The places of the files that may have another content than they had. */
  readonly changed: readonly number[];
  /** By their places, the directories that have other times than they had, which may be relied on, and still the same names. */
  readonly touched: ReadonlyMap<number, FileStamp>;
  /** The entries as they are now, in their places; the SHA-256 of a file's content is known where the file has not changed. */
  readonly entries: () => TreeEntry[];
}

/**
 * Looks at a directory that is remembered: whether each directory in it has the names that it had, and each file its size,
 * times and inode. That tells as much as reading the tree anew, and takes half of the time where no directory need
 * be listed, and two thirds where each must.
 *
 * @param top absolute and free of links
 * @param begunAt milliseconds since 1970, before the look
 * @returns undefined when the tree must be read anew: there are other names or kinds, or something could not be looked at
 */
export function lookAgain(remembered: Fingerprints, top: string, begunAt: number): SeenAgain | undefined {
  if (remembered.directories.count === 0) {
    return undefined;
  }
  try {
    const touched = touchedDirectories(remembered, top, begunAt);
    return touched === undefined ? undefined : seen(remembered, top, touched);
  } catch {
    // Reading the tree anew meets the same, and says what it is.
    return undefined;
  }
}

/** Undefined when one has other names than it had, or is no directory any more. */
function touchedDirectories(
  { directories }: Fingerprints,
  top: string,
  begunAt: number,
): Map<number, FileStamp> | undefined {
  const device = deviceKeepingTimes(top);
  const paths = directories.paths();
  const touched = new Map<number, FileStamp>();
  for (let i = 0; i < directories.count; i += 1) {
    const directory = i === 0 ? top : below(top, paths[i]!);
    const stats = lstatSync(directory);
    // Of a link to a directory, which may be the very same one, the names would be listed.
    if (!stats.isDirectory()) {
      return undefined;
    }
    if (stats.dev === device && directories.isAsItWas(i, stats)) {
      continue;
    }
    if (readdirSync(directory).join('/') !== directories.namesAt(i)) {
      return undefined;
    }
    const stamp = directoryStamp(stats, device);
    if (isSettled(stamp, begunAt)) {
      touched.set(i, stamp);
    }
  }
  return touched;
}

function seen(
  remembered: Fingerprints,
  top: string,
  touched: ReadonlyMap<number, FileStamp>,
): SeenAgain | undefined {
  const texts = remembered.entryTexts();
  const changed = new Map<number, Stats>();
  const isThere = remembered.every((i, kind, text) => {
    const path = texts[text]!;
    if (kind === 'symlink') {
      return readInnerLink(top, path) === texts[text + 1];
    }
    if (kind === 'directory') {
      return true;
    }
    const stats = lstatSync(below(top, path));
    if (!remembered.isAsItWas(i, stats)) {
      changed.set(i, stats);
    }
    return stats.isFile();
  });
  return isThere
    ? { changed: [...changed.keys()], touched, entries: () => entriesNow(remembered, texts, top, changed) }
    : undefined;
}

function entriesNow(
  remembered: Fingerprints,
  texts: readonly string[],
  top: string,
  changed: ReadonlyMap<number, Stats>,
): TreeEntry[] {
  const entries: TreeEntry[] = [];
  remembered.every((i, kind, text) => {
    const path = texts[text]!;
    if (kind === 'file') {
      const file = below(top, path);
      const stats = changed.get(i);
      entries.push(stats === undefined ? remembered.fileAt(i, path, file) : fileEntry(path, file, stats));
    } else {
      entries.push(kind === 'symlink' ? { kind, path, target: texts[text + 1]! } : { kind, path });
    }
    return true;
  });
  return entries;
}
