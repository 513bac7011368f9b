import type { Stats } from 'node:fs';
import { isSettled } from './fingerprint-columns.js';
import type { FileStamp, Listing } from './tree.js';

/** Numbers of a directory in the column of stamps. */
export const DIRECTORY_FIELDS = 3;

/**
 * What was known of the directories of a tree when their names were listed: for each its times and inode, and the names.
 * Names are wanted only of a directory that may have others now, so they lie behind all paths, and are split when needed.
 */
export class DirectoryFingerprints {
  private names: readonly string[] | undefined;

  constructor(
    /** Mtime, ctime and inode of each; NaN, which equals nothing, where a directory is not to be recognised. */
    readonly stamps: Float64Array,
    /** The path of each, then the names of each, all ending in NUL. */
    readonly texts: Buffer,
    /** How many bytes of them are paths. */
    readonly pathsLength: number,
  ) {}

  /** @param begunAt milliseconds since 1970, before the first of them was looked at */
  static of(listings: readonly Listing[], begunAt: number): DirectoryFingerprints {
    const stamps = new Float64Array(listings.length * DIRECTORY_FIELDS);
    listings.forEach(({ stamp }, i) => note(stamps, i, stamp, begunAt));
    const paths = Buffer.from(listings.map(({ path }) => `${path}\0`).join(''));
    const names = Buffer.from(listings.map((listing) => `${listing.names}\0`).join(''));
    return new DirectoryFingerprints(stamps, Buffer.concat([paths, names]), paths.length);
  }

  /** Notes the same directories when some have other times, and all the same names. */
  after(stamps: ReadonlyMap<number, FileStamp>, begunAt: number): DirectoryFingerprints {
    const column = this.stamps.slice();
    for (const [i, stamp] of stamps) {
      note(column, i, stamp, begunAt);
    }
    return new DirectoryFingerprints(column, this.texts, this.pathsLength);
  }

  /** How many there are: none where names do not tell what belongs to the tree. */
  get count(): number {
    return this.stamps.length / DIRECTORY_FIELDS;
  }

  /** Relative to the root, which is the first and whose path is empty. */
  paths(): string[] {
    return this.texts.toString('utf8', 0, this.pathsLength).split('\0');
  }

  /** The names that the directory in this place had. */
  namesAt(i: number): string {
    this.names ??= this.texts.toString('utf8', this.pathsLength).split('\0');
    return this.names[i]!;
  }

  /** Whether the directory in this place has the times and inode that it had, and so the same names. */
  isAsItWas(i: number, { mtimeMs, ctimeMs, ino }: Stats): boolean {
    const at = i * DIRECTORY_FIELDS;
    return this.stamps[at] === mtimeMs && this.stamps[at + 1] === ctimeMs && this.stamps[at + 2] === ino;
  }
}

function note(column: Float64Array, i: number, stamp: FileStamp | undefined, begunAt: number): void {
  const at = i * DIRECTORY_FIELDS;
  if (isSettled(stamp, begunAt)) {
    column[at] = stamp.mtimeMs;
    column[at + 1] = stamp.ctimeMs;
    column[at + 2] = stamp.inode;
  } else {
    column.fill(NaN, at, at + DIRECTORY_FIELDS);
  }
}
