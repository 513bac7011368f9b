import { lstatSync, readdirSync, type Stats } from 'node:fs';
import type { Fingerprints } from './fingerprints.js';
import { below, fileEntry } from './read-tree.js';
import { readInnerLink } from './symlinks.js';
import type { TreeEntry } from './tree.js';

/** A tree in which nothing has come or gone since it was remembered. */
export interface SeenAgain {
  /** The places of the files that may have another content than they had. */
  readonly changed: readonly number[];
  /** The entries as they are now, in their places; the SHA-256 of a file's content is known where the file has not changed. */
  readonly entries: () => TreeEntry[];
}

/**
 * Looks at a directory that is remembered: whether each directory in it has the names that it had, and each file its size,
 * times and inode. That tells as much as reading the tree anew, and takes two thirds of the time.
 *
 * @param top absolute and free of links
 * @returns undefined when the tree must be read anew: there are other names or kinds, or something could not be looked at
 */
export function lookAgain(remembered: Fingerprints, top: string): SeenAgain | undefined {
  const listings = remembered.listings();
  if (listings.length === 0) {
    return undefined;
  }
  try {
    for (const { path, names } of listings) {
      if (readdirSync(path === '' ? top : below(top, path)).join('/') !== names) {
        return undefined;
      }
    }
    return seen(remembered, top);
  } catch {
    // Reading the tree anew meets the same, and says what it is.
    return undefined;
  }
}

function seen(remembered: Fingerprints, top: string): SeenAgain | undefined {
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
    ? { changed: [...changed.keys()], entries: () => entriesNow(remembered, texts, top, changed) }
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
