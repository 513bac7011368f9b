import { closeSync, fdatasync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Digest } from '../arn/index.js';
import { READ_SIZE } from './content-reader.js';
import { sumOfFile, type FileSum } from './file-sum.js';

const BUFFER_SIZE = 256 * 1024;
/** How much is written before it is worth flushing. */
const FLUSH_FROM = 8 * 1024 * 1024;

/** What a whole file is known by. */
export interface FileSums {
  readonly digest: Digest;
  readonly crc32: number;
}

/**
 * A file that is written front to back and digested on the way. A range whose first bytes are only known at its end is
 * set aside: it is written at once, but digested, from the file, when it has been completed.
 */
export class ZipOutput {
  private readonly fd: number;
  private readonly sum: FileSum;
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE);
  private check = 0;
  private buffered = 0;
  private written = 0;
  private asideFrom: number | undefined;
  private readonly flushes: boolean;
  private unflushed = 0;
  private flushing: Promise<void> | undefined;

  /**
   * Creates the file, which must not exist.
   *
   * @param elsewhere whether another thread is to digest it, because this one has more to do than the others
   * @param flush whether to flush on the way what is written; it is no promise that all is flushed in the end
   */
  constructor(file: string, { elsewhere, flush }: { readonly elsewhere: boolean; readonly flush: boolean }) {
    this.fd = openSync(file, 'wx+', 0o666);
    this.sum = sumOfFile(file, elsewhere);
    this.flushes = flush;
  }

  /** How many bytes there are so far. */
  get position(): number {
    return this.written + this.buffered;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length > BUFFER_SIZE - this.buffered) {
      this.writeBuffered();
    }
    if (bytes.length > BUFFER_SIZE) {
      this.write(bytes);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
  }

  /** Begins a range that will be completed by {@link complete}. */
  setAside(): void {
    this.writeBuffered();
    this.asideFrom = this.written;
  }

  /** Ends the range, putting its first bytes right. */
  complete(start: Uint8Array): void {
    this.writeBuffered();
    const from = this.asideFrom!;
    writeFully(this.fd, start, from);
    this.asideFrom = undefined;
    for (let at = from; at < this.written;) {
      const wanted = Math.min(READ_SIZE, this.written - at);
      const count = readSync(this.fd, this.buffer, 0, wanted, at);
      if (count === 0) {
        throw new Error('the file became shorter while it was written');
      }
      this.add(this.buffer.subarray(0, count));
      at += count;
    }
  }

  /** Writes what is left and returns what the whole file is known by. */
  async finish(): Promise<FileSums> {
    this.writeBuffered();
    this.beginFlushing();
    return { digest: `sha256:${await this.sum.finish()}`, crc32: this.check };
  }

  async close(): Promise<void> {
    this.sum.close();
    await this.flushing;
    closeSync(this.fd);
  }

  private writeBuffered(): void {
    const bytes = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    this.write(bytes);
  }

  private write(bytes: Uint8Array): void {
    writeFully(this.fd, bytes, this.written);
    this.written += bytes.length;
    this.unflushed += bytes.length;
    this.beginFlushing();
    if (this.asideFrom === undefined) {
      this.add(bytes);
    }
  }

  private beginFlushing(): void {
    if (!this.flushes || this.flushing !== undefined || this.unflushed < FLUSH_FROM) {
      return;
    }
    this.unflushed = 0;
    this.flushing = new Promise((resolve) => {
      // Whoever flushes the file meets the failure again.
      fdatasync(this.fd, () => {
        this.flushing = undefined;
        resolve();
      });
    });
  }

  /** Takes in the next bytes, which are in the file and will not change any more. */
  private add(bytes: Uint8Array): void {
    this.check = crc32(bytes, this.check);
    this.sum.add(bytes);
  }
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}
