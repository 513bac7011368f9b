import type { FileEntry, FileStamp, Tree, TreeEntry } from './tree.js';

/**
 * How much older than its reading a file or directory must be: two seconds, the coarsest time stamps that file systems
 * in use have (FAT). A younger one may change again without its stamps changing, what git calls racily clean.
 */
const SETTLED_AFTER_MS = 2000;

/** Numbers of an entry in {@link Columns.stamps}. */
export const FIELDS = 4;
export const DIGEST_BYTES = 32;
export const KINDS = { executable: 1, file: 2, symlink: 3, directory: 4 } as const;
export const KIND_NAMES: readonly TreeEntry['kind'][] = ['file', 'file', 'file', 'symlink', 'directory'];

/** What is known of every entry of a tree, in its order. */
export interface Columns {
  /** Size, mtime, ctime and inode; NaN, which equals nothing, where a file is not to be recognised. */
  readonly stamps: Float64Array;
  /** One of {@link KINDS} for each. */
  readonly kinds: Buffer;
  /** SHA-256; arbitrary where an entry is no file. */
  readonly digests: Buffer;
}

/** Whether what changes after `begunAt`, in milliseconds since 1970, gets another stamp than this one. */
export function isSettled(stamp: FileStamp | undefined, begunAt: number): stamp is FileStamp {
  // Written so that an absurd time, such as NaN, is not trusted either.
  return stamp !== undefined && Math.max(stamp.mtimeMs, stamp.ctimeMs) < begunAt - SETTLED_AFTER_MS;
}

/** Notes a file whose content has this SHA-256 in hexadecimal, read after `begunAt`, in milliseconds since 1970. */
export function noteFile(
  { stamps, digests }: Columns,
  i: number,
  { size, stamp }: FileEntry,
  content: string,
  begunAt: number,
): void {
  const at = i * FIELDS;
  if (isSettled(stamp, begunAt)) {
    stamps[at] = size;
    stamps[at + 1] = stamp.mtimeMs;
    stamps[at + 2] = stamp.ctimeMs;
    stamps[at + 3] = stamp.inode;
  } else {
    stamps.fill(NaN, at, at + FIELDS);
  }
  digests.write(content, i * DIGEST_BYTES, 'hex');
}

export function kindsOf(tree: Tree): Buffer {
  const kinds = Buffer.alloc(tree.entries.length);
  tree.entries.forEach((entry, i) => {
    kinds[i] = kindOf(entry);
  });
  return kinds;
}

export function kindOf(entry: TreeEntry): number {
  return KINDS[entry.kind === 'file' && entry.mode === 0o755 ? 'executable' : entry.kind];
}
