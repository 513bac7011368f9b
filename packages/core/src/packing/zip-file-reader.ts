import { readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { READ_SIZE } from './content-reader.js';

/** About two thousand records of a zip's directory. */
const WINDOW_SIZE = 256 * 1024;

/**
 * Gives yauzl the bytes of an open file from a window that is read at once: it asks for some tens of bytes at a time, and
 * waiting for each would take longer than all else. The file is the caller's to close.
 */
export class ZipFileReader extends RandomAccessReader {
  private readonly window = Buffer.allocUnsafeSlow(WINDOW_SIZE);
  private from = 0;
  private filled = 0;

  constructor(private readonly fd: number) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    try {
      for (let done = 0; done < length;) {
        const at = position + done;
        if (at < this.from || at >= this.from + this.filled) {
          this.from = at;
          this.filled = readSync(this.fd, this.window, 0, WINDOW_SIZE, at);
          if (this.filled === 0) {
            throw new Error('the file is cut off');
          }
        }
        const start = at - this.from;
        done += this.window.copy(buffer, offset + done, start, Math.min(this.filled, start + length - done));
      }
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback(null);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { fd } = this;
    let at = start;
    return new Readable({
      highWaterMark: READ_SIZE,
      read() {
        const bytes = Buffer.allocUnsafe(Math.min(READ_SIZE, end - at));
        const count = readSync(fd, bytes, 0, bytes.length, at);
        at += count;
        this.push(count === 0 ? null : bytes.subarray(0, count));
      },
    });
  }
}
