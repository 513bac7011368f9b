import type { PackedEntry } from './pack-index.js';
import type { PreviousZip } from './previous-zip.js';
import {
  centralHeader,
  DIRECTORY_TYPE,
  endOfDirectory,
  FILE_TYPE,
  isNarrow,
  LINK_TYPE,
} from './zip-format.js';
import type { ZipOutput } from './zip-output.js';

const UNIX_TYPES = { file: FILE_TYPE, symlink: LINK_TYPE, directory: DIRECTORY_TYPE } as const;

/** Entries that were copied together, whose records in the directory are the previous ones but for where they point. */
interface CopiedRun {
  /** The place of the first among the previous entries. */
  readonly first: number;
  readonly count: number;
  /** The place of the first among the entries that are packed. */
  readonly at: number;
  /** By how many bytes they lie further behind. */
  readonly shift: number;
}

/** What was packed, and the directory at the end that says so. */
export class ZipDirectory {
  /** In order. */
  readonly entries: PackedEntry[] = [];
  private readonly copied: CopiedRun[] = [];

  constructor(private readonly previous: PreviousZip | undefined) {}

  add(entry: PackedEntry): void {
    this.entries.push(entry);
  }

  /**
   * Adds entries of the previous zip that are copied as they follow one another in it.
   *
   * @param first the place of the first among its entries
   * @param modes of all of them, now
   * @param shift by how many bytes they lie further behind
   */
  addCopied(first: number, modes: readonly number[], shift: number): void {
    const at = this.entries.length;
    let hasOldModes = true;
    for (const [i, mode] of modes.entries()) {
      const entry = this.previous!.entryAt(first + i);
      const { offset, dataOffset } = entry;
      const hasOldMode = mode === entry.mode;
      hasOldModes &&= hasOldMode;
      this.entries.push(
        shift === 0 && hasOldMode
          ? entry
          : { ...entry, mode, offset: offset + shift, dataOffset: dataOffset + shift },
      );
    }
    if (hasOldModes) {
      this.copied.push({ first, count: modes.length, at, shift });
    }
  }

  /** Puts the last entry right. */
  complete(change: (entry: PackedEntry) => PackedEntry): void {
    this.entries.push(change(this.entries.pop()!));
  }

  write(output: ZipOutput): void {
    const start = output.position;
    const isCopied = this.copied.length > 0 && isNarrow(start);
    const records = isCopied ? this.previous?.directory() : undefined;
    let next = 0;
    for (const { at, first, count, shift } of records === undefined ? [] : this.copied) {
      this.append(next, at, output);
      output.append(records!.records(first, count, shift));
      next = at + count;
    }
    this.append(next, this.entries.length, output);
    output.append(endOfDirectory(this.entries.length, start, output.position - start));
  }

  private append(from: number, to: number, output: ZipOutput): void {
    for (let i = from; i < to; i += 1) {
      const entry = this.entries[i]!;
      output.append(centralHeader(nameInZip(entry), UNIX_TYPES[entry.kind] | entry.mode, entry));
    }
  }
}

export function nameInZip(entry: Pick<PackedEntry, 'path' | 'kind'>): string {
  return entry.kind === 'directory' ? `${entry.path}/` : entry.path;
}
