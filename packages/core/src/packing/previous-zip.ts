import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { READ_SIZE } from './content-reader.js';
import { changedError, fileError, isAbsence } from './file-errors.js';
import type { PackedEntry, PackIndex } from './pack-index.js';
import { PACKING_FORMAT } from './tree-digest.js';

/** A zip that was packed before, with the index that packing returned. */
export interface Previous {
  readonly file: string;
  readonly index: PackIndex;
}

/** So many searches take less than making an index of all entries. */
const FEW = 16;

/** Compressed contents of an earlier zip, found by what they are the compression of. */
export class PreviousZip {
  private searches = 0;
  private bySha256: Map<string, PackedEntry> | undefined;
  private sizes: Set<number> | undefined;
  private byPath: Map<string, number> | undefined;
  /** Behind the entry that was found last; most are found in their order. */
  private next = 0;
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);

  private constructor(
    private readonly fd: number,
    private readonly file: string,
    private readonly entries: readonly PackedEntry[],
  ) {}

  /**
   * Opens the zip if copying from it gives what a clean build would: undefined when it is gone, is not the file that its
   * index describes, or was packed in another format or by another compressor. Throws when it cannot be read.
   */
  static open({ file, index }: Previous, compressor: string): PreviousZip | undefined {
    if (index.format !== PACKING_FORMAT || index.compressor !== compressor) {
      return undefined;
    }
    let fd: number;
    try {
      fd = openSync(file, 'r');
    } catch (error) {
      if (isAbsence(error)) {
        return undefined;
      }
      throw fileError('read', file, error);
    }
    const previous = new PreviousZip(fd, file, index.entries);
    try {
      if (previous.digest() === index.digest) {
        return previous;
      }
    } catch (error) {
      previous.close();
      throw error;
    }
    previous.close();
    return undefined;
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

  /** The entry of this path, if its header and content are the bytes that packing it now would give. */
  same(path: string, kind: PackedEntry['kind'], content: string): PackedEntry | undefined {
    if (this.entries[this.next]?.path !== path) {
      this.byPath ??= new Map(this.entries.map((entry, i) => [entry.path, i]));
      this.next = this.byPath.get(path) ?? this.entries.length;
    }
    const entry = this.entries[this.next];
    this.next += 1;
    return entry?.kind === kind && entry.content === content ? entry : undefined;
  }

  /** Hands over the bytes of a range, piece by piece; a piece is valid until the next one. */
  copy(from: number, end: number, append: (bytes: Uint8Array) => void): void {
    for (let at = from; at < end;) {
      const count = this.read(at, end - at);
      if (count === 0) {
        throw changedError(this.file, 'it became shorter');
      }
      append(this.scratch.subarray(0, count));
      at += count;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  private files(): PackedEntry[] {
    return this.entries.filter(({ kind }) => kind === 'file');
  }

  private digest(): string {
    const sum = createHash('sha256');
    let at = 0;
    for (let count = this.read(at, READ_SIZE); count > 0; count = this.read(at, READ_SIZE)) {
      sum.update(this.scratch.subarray(0, count));
      at += count;
    }
    return `sha256:${sum.digest('hex')}`;
  }

  private read(at: number, most: number): number {
    try {
      return readSync(this.fd, this.scratch, 0, Math.min(most, READ_SIZE), at);
    } catch (error) {
      throw fileError('read', this.file, error);
    }
  }
}
