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

/** Compressed contents of an earlier zip, found by what they are the compression of. */
export class PreviousZip {
  private readonly bySha256 = new Map<string, PackedEntry>();
  private readonly sizes = new Set<number>();
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);

  private constructor(
    private readonly fd: number,
    private readonly file: string,
    entries: readonly PackedEntry[],
  ) {
    for (const entry of entries) {
      if (entry.kind === 'file') {
        this.bySha256.set(entry.content, entry);
        this.sizes.add(entry.size);
      }
    }
  }

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
    return this.sizes.has(size);
  }

  find(sha256: string): PackedEntry | undefined {
    return this.bySha256.get(sha256);
  }

  /** Hands over the compressed bytes of an entry, piece by piece; a piece is valid until the next one. */
  copy(entry: PackedEntry, append: (bytes: Uint8Array) => void): void {
    const end = entry.dataOffset + entry.compressedSize;
    for (let at = entry.dataOffset; at < end;) {
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
