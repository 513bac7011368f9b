import type { Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { READ_SIZE } from './content-reader.js';
import { fileError, isAbsence } from './file-errors.js';
import type { PackedEntry, PackIndex } from './pack-index.js';
import { PACKING_FORMAT } from './tree-digest.js';

/** A zip that was packed before, with the index that packing returned. */
export interface Previous {
  readonly file: string;
  readonly index: PackIndex;
}

/** What is copied to. */
export interface CopyTarget {
  /** How many bytes it has. */
  readonly position: number;
  append(bytes: Uint8Array): void;
  /** The SHA-256 of all that it has, to go on with. */
  forkSum(): Hash;
}

/** The zip is not what its index says: what was copied from it must not be used. */
export class DamagedZipError extends Error {}

/** So many searches take less than making an index of all entries. */
const FEW = 16;

/**
 * Compressed contents of an earlier zip, found by what they are the compression of.
 *
 * The zip is digested while it is copied from. Whether it is what its index describes is known at the end only, see
 * {@link isSound}; what was copied may be used when it is.
 */
export class PreviousZip {
  private searches = 0;
  private bySha256: Map<string, PackedEntry> | undefined;
  private sizes: Set<number> | undefined;
  private byPath: Map<string, number> | undefined;
  /** Behind the entry that was found last; most are found in their order. */
  private next = 0;
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  /** How much of the file is digested, from its beginning. */
  private digested = 0;
  /** Undefined while the target has those very bytes and nothing else: then the target's own sum is that of the file. */
  private sum: Hash | undefined;

  private constructor(
    private readonly fd: number,
    private readonly file: string,
    private readonly expected: string,
    private readonly entries: readonly PackedEntry[],
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
      return new PreviousZip(openSync(file, 'r'), file, index.digest, index.entries);
    } catch (error) {
      if (isAbsence(error)) {
        return undefined;
      }
      throw fileError('read', file, error);
    }
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

  /** Appends the bytes of a range. Throws {@link DamagedZipError} when the file ends before. */
  copy(from: number, end: number, target: CopyTarget): void {
    if (this.sum === undefined && (from !== this.digested || from !== target.position)) {
      this.partFrom(target);
    }
    this.digestTo(from);
    for (let at = from; at < end;) {
      const count = this.read(at, end - at);
      if (count === 0) {
        throw new DamagedZipError();
      }
      const bytes = this.scratch.subarray(0, count);
      target.append(bytes);
      at += count;
      // What lies in front of it is digested already.
      if (at > this.digested) {
        this.sum?.update(bytes.subarray(this.digested - at));
        this.digested = at;
      }
    }
  }

  /** To be called before the target gets anything that is not copied from here. */
  partFrom(target: CopyTarget): void {
    this.sum ??= target.forkSum();
  }

  /** Whether the whole file is what its index describes. To be called when nothing more is to be copied, and {@link partFrom} was. */
  isSound(): boolean {
    this.digestTo(Infinity);
    return `sha256:${this.sum?.digest('hex')}` === this.expected;
  }

  close(): void {
    closeSync(this.fd);
  }

  private files(): PackedEntry[] {
    return this.entries.filter(({ kind }) => kind === 'file');
  }

  private digestTo(end: number): void {
    while (this.digested < end) {
      const count = this.read(this.digested, end - this.digested);
      if (count === 0) {
        return;
      }
      this.sum?.update(this.scratch.subarray(0, count));
      this.digested += count;
    }
  }

  private read(at: number, most: number): number {
    try {
      return readSync(this.fd, this.scratch, 0, Math.min(most, READ_SIZE), at);
    } catch (error) {
      throw fileError('read', this.file, error);
    }
  }
}
