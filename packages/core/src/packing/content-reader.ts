import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { changedError, fileError, isAbsence, systemCode } from './file-errors.js';
import type { FileEntry } from './tree.js';

/** The fastest size of one read: larger ones fall from 10 to under 2 GB/s on fresh buffers. */
export const READ_SIZE = 128 * 1024;

/**
 * Reads the content of a file entry once, from its beginning, and holds it to the size that the tree says.
 * A file that became shorter, longer, a link or nothing in the meantime is a `conflict` naming its path.
 */
export class ContentReader {
  private position = 0;
  private ended = false;

  private constructor(
    private readonly entry: FileEntry,
    private readonly fd: number | undefined,
  ) {}

  static open(entry: FileEntry): ContentReader {
    if ('bytes' in entry.source) {
      return new ContentReader(entry, undefined);
    }
    let fd: number | undefined;
    try {
      fd = openSync(entry.source.file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      // What is no file any more and is not empty gives itself away while it is read: it has not as many bytes.
      if (entry.size === 0 && !fstatSync(fd).isFile()) {
        throw changedError(entry.path, 'it is not a regular file any more');
      }
      return new ContentReader(entry, fd);
    } catch (error) {
      if (fd !== undefined) {
        closeSync(fd);
      }
      if (isAbsence(error)) {
        throw changedError(entry.path, 'it is gone');
      }
      if (systemCode(error) === 'ELOOP') {
        throw changedError(entry.path, 'it is a symbolic link now');
      }
      throw fileError('read', entry.path, error);
    }
  }

  /** Fills the target, unless the file ends earlier, and returns how many bytes there are. */
  read(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length) {
      const wanted = Math.min(target.length - filled, READ_SIZE);
      const count = this.readOnce(target, filled, wanted);
      if (count === 0) {
        this.ended = true;
        break;
      }
      filled += count;
      if (count < wanted && this.position + filled === this.entry.size) {
        // Of a file, a read that gets less than it wants has met the end; to ask once more costs as much as a small file.
        this.ended = true;
        break;
      }
    }
    this.position += filled;
    return filled;
  }

  /** Call when all was read. Throws `conflict` when that was less or there is more than the tree says. */
  assertEnd(): void {
    if (this.position !== this.entry.size || (!this.ended && this.readOnce(new Uint8Array(1), 0, 1) !== 0)) {
      throw changedError(this.entry.path, `it has not ${this.entry.size} bytes any more`);
    }
  }

  close(): void {
    if (this.fd !== undefined) {
      closeSync(this.fd);
    }
  }

  private readOnce(target: Uint8Array, offset: number, length: number): number {
    if ('bytes' in this.entry.source) {
      const from = this.position + offset;
      const part = this.entry.source.bytes.subarray(from, from + length);
      target.set(part, offset);
      return part.length;
    }
    try {
      return readSync(this.fd!, target, offset, length, null);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EISDIR' || code === 'EAGAIN') {
        throw changedError(this.entry.path, 'it is not a regular file any more');
      }
      throw fileError('read', this.entry.path, error);
    }
  }
}

/** Reads a whole content into a buffer that is large enough. Returns the filled part. Throws like {@link ContentReader}. */
export function readContent(entry: FileEntry, buffer: Buffer): Buffer {
  const reader = ContentReader.open(entry);
  try {
    // Where there is room for one byte more, one read tells the end as well.
    const count = reader.read(buffer.subarray(0, entry.size + 1));
    reader.assertEnd();
    return buffer.subarray(0, count);
  } finally {
    reader.close();
  }
}
