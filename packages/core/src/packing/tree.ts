import type { Stats } from 'node:fs';
import type { TreeDigest } from './tree-digest.js';

/** Where the bytes of a file entry come from: a file on disk (absolute path), or memory. */
export type ContentSource = { readonly file: string } | { readonly bytes: Uint8Array };

/** What a file system changes with a file or directory. Times are milliseconds since 1970, with the fraction that a double holds. */
export interface FileStamp {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
}

/** A regular file. Of its mode only "executable or not" is kept. */
export interface FileEntry {
  readonly kind: 'file';
  /** Relative to the root, with `/` between segments. */
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  /** Bytes, as they were when the tree was read. */
  readonly size: number;
  readonly source: ContentSource;
  /** As it was when the tree was read. */
  readonly stamp?: FileStamp;
  /** The SHA-256 of the content in hexadecimal where that is known; packing then need not read what it can copy. */
  readonly sha256?: string;
}

/** A symbolic link whose target stays inside the root. */
export interface LinkEntry {
  readonly kind: 'symlink';
  readonly path: string;
  /** As it stands in the link. */
  readonly target: string;
}

/** A directory that is empty on disk. Every other directory is implied by the paths of its entries. */
export interface DirectoryEntry {
  readonly kind: 'directory';
  readonly path: string;
}

export type TreeEntry = FileEntry | LinkEntry | DirectoryEntry;

/** The names of everything in a directory, as the system listed them, joined by `/`. */
export interface Listing {
  /** Of the directory, relative to the root and empty for the root itself. */
  readonly path: string;
  readonly names: string;
  /** As the directory was before it was listed; absent where that does not tell of another time that it has the same names. */
  readonly stamp?: FileStamp | undefined;
}

/** What is to be packed, in any order. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  /** Of every directory; absent where ignore rules decide what belongs to the tree, and for what is no directory on disk. */
  readonly listings?: readonly Listing[];
  /** Where it is known, which is when every file's `sha256` is. */
  readonly treeDigest?: TreeDigest;
}

export function stampOf({ mtimeMs, ctimeMs, ino }: Stats): FileStamp {
  return { mtimeMs, ctimeMs, inode: ino };
}

/** The permission bits that an entry has in a zip and in a tree digest. */
export function modeOf(entry: TreeEntry): number {
  switch (entry.kind) {
    case 'file':
      return entry.mode;
    case 'symlink':
      return 0o777;
    case 'directory':
      return 0o755;
  }
}

/** About what reading a file costs, in bytes: opening it takes as long as reading so many. */
export function weightOf({ size }: FileEntry): number {
  return size + 16 * 1024;
}
