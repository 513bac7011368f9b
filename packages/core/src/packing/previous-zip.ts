import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { READ_SIZE } from './content-reader.js';
import { fileError, isAbsence } from './file-errors.js';
import type { PackedEntry, PackIndex } from './pack-index.js';
import { PreviousDirectory } from './previous-directory.js';
import { PACKING_FORMAT } from './tree-digest.js';

/** A zip that was packed before, with the index that packing returned. */
export interface Previous {
  readonly file: string;
  readonly index: PackIndex;
}

/** What is copied to. */
export interface CopyTarget {
  append(bytes: Uint8Array): void;
}

/** The zip is not what its index says: what was copied from it must not be used. */
export class DamagedZipError extends Error {}

/** So many searches take less than making an index of all entries. */
const FEW = 16;

/**
 * Compressed contents of an earlier zip, found by what they are the compression of.
 *
 * The zip is checked while it is copied from. Whether it is what its index describes is known at the end only, see
 * {@link isSound}; what was copied may be used when it is. The check is CRC-32 over the whole file: it is against accidents, which it misses
 * once in four thousand million, and takes a tenth of the time of SHA-256. Whoever may write to the store can do worse than damage a zip.
 */
export class PreviousZip {
  private searches = 0;
  private bySha256: Map<string, PackedEntry> | undefined;
  private sizes: Set<number> | undefined;
  private byPath: Map<string, number> | undefined;
  /** Behind the entry that was found last; most are found in their order. */
  private next = 0;
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  /** How much of the file is checked, from its beginning, and its CRC-32. */
  private checked = 0;
  private check = 0;

  private constructor(
    private readonly fd: number,
    private readonly file: string,
    private readonly index: PackIndex,
  ) {}

  /**
   * Opens the zip if copying from it gives what a clean build would: undefined when it is gone, or was packed in another format or by
   * another compressor. Throws when it cannot be read.
   */
  static open({ file, index }: Previous, compressor: string): PreviousZip | undefined {
    if (index.format !== PACKING_FORMAT || index.compressor !== compressor) {
      return undefined;
    }
    try {
      return new PreviousZip(openSync(file, 'r'), file, index);
    } catch (error) {
      if (isAbsence(error)) {
        return undefined;
      }
      throw fileError('read', file, error);
    }
  }

  private get entries(): readonly PackedEntry[] {
    return this.index.entries;
  }

  /** Bytes of the zip. */
  get size(): number {
    return this.index.size;
  }

  /** Whether some content has this size, so that it is worth computing a digest before anything else. */
  mayHave(size: number): boolean {
    this.sizes ??= new Set(this.files().map((entry) => entry.size));
    return this.sizes.has(size);
  }

  /** Any entry with this content. */
  find(sha256: string): PackedEntry | undefined {
    this.searches += 1;
    if (this.searches <= FEW) {
      return this.entries.find(({ content, kind }) => content === sha256 && kind === 'file');
    }
    this.bySha256 ??= new Map(this.files().map((entry) => [entry.content, entry]));
    return this.bySha256.get(sha256);
  }

  /** The place of the entry of this path, if its header and content are the bytes that packing it now would give. */
  same(path: string, kind: PackedEntry['kind'], content: string): number | undefined {
    if (this.entries[this.next]?.path !== path) {
      this.byPath ??= new Map(this.entries.map((entry, i) => [entry.path, i]));
      this.next = this.byPath.get(path) ?? this.entries.length;
    }
    const place = this.next;
    this.next += 1;
    const entry = this.entries[place];
    return entry?.kind === kind && entry.content === content ? place : undefined;
  }

  entryAt(place: number): PackedEntry {
    return this.entries[place]!;
  }

  /** The directory at the end; undefined when its records cannot be copied. Throws {@link DamagedZipError} when it is not there. */
  directory(): PreviousDirectory | undefined {
    const last = this.entries.at(-1);
    const start = last === undefined ? 0 : last.dataOffset + last.compressedSize;
    this.checkTo(start);
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, this.size - start));
    for (let filled = 0; filled < bytes.length;) {
      const count = this.read(start + filled, bytes.length - filled, bytes.subarray(filled));
      if (count === 0) {
        throw new DamagedZipError();
      }
      filled += count;
    }
    this.check = crc32(bytes, this.check);
    this.checked = start + bytes.length;
    return PreviousDirectory.of(bytes, this.entries);
  }

  /** Appends the bytes of a range. Throws {@link DamagedZipError} when the file ends before. */
  copy(from: number, end: number, target: CopyTarget): void {
    this.checkTo(from);
    for (let at = from; at < end;) {
      const count = this.read(at, end - at);
      if (count === 0) {
        throw new DamagedZipError();
      }
      const bytes = this.scratch.subarray(0, count);
      target.append(bytes);
      at += count;
      // What lies in front of it is checked already.
      if (at > this.checked) {
        this.check = crc32(bytes.subarray(this.checked - at), this.check);
        this.checked = at;
      }
    }
  }

  /** Whether the whole file is what its index describes. To be called when nothing more is to be copied. */
  isSound(): boolean {
    this.checkTo(Infinity);
    return this.checked === this.index.size && this.check === this.index.crc32;
  }

  close(): void {
    closeSync(this.fd);
  }

  private files(): PackedEntry[] {
    return this.entries.filter(({ kind }) => kind === 'file');
  }

  private checkTo(end: number): void {
    while (this.checked < end) {
      const count = this.read(this.checked, end - this.checked);
      if (count === 0) {
        return;
      }
      this.check = crc32(this.scratch.subarray(0, count), this.check);
      this.checked += count;
    }
  }

  private read(at: number, most: number, target = this.scratch): number {
    try {
      return readSync(this.fd, target, 0, Math.min(most, READ_SIZE), at);
    } catch (error) {
      throw fileError('read', this.file, error);
    }
  }
}
