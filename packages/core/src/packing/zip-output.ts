import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Digest } from '../arn/index.js';
import { READ_SIZE } from './content-reader.js';

const BUFFER_SIZE = 256 * 1024;

/**
 * A file that is written front to back and digested on the way. A range whose first bytes are only known at its end is
 * set aside: it is written at once, but digested, from the file, when it has been completed.
 */
export class ZipOutput {
  private readonly fd: number;
  private readonly sum: Hash = createHash('sha256');
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE);
  private buffered = 0;
  private written = 0;
  private asideFrom: number | undefined;

  /** Creates the file, which must not exist. */
  constructor(file: string) {
    this.fd = openSync(file, 'wx+', 0o666);
  }

  /** How many bytes there are so far. */
  get position(): number {
    return this.written + this.buffered;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length > BUFFER_SIZE - this.buffered) {
      this.flush();
    }
    if (bytes.length > BUFFER_SIZE) {
      this.write(bytes);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
  }

  /** The digest of all that is neither set aside nor behind such a range, to go on with. */
  forkSum(): Hash {
    this.flush();
    return this.sum.copy();
  }

  /** Begins a range that will be completed by {@link complete}. */
  setAside(): void {
    this.flush();
    this.asideFrom = this.written;
  }

  /** Ends the range, putting its first bytes right. */
  complete(start: Uint8Array): void {
    this.flush();
    const from = this.asideFrom!;
    writeFully(this.fd, start, from);
    this.asideFrom = undefined;
    for (let at = from; at < this.written;) {
      const wanted = Math.min(READ_SIZE, this.written - at);
      const count = readSync(this.fd, this.buffer, 0, wanted, at);
      if (count === 0) {
        throw new Error('the file became shorter while it was written');
      }
      this.sum.update(this.buffer.subarray(0, count));
      at += count;
    }
  }

  /** Writes what is left and returns the digest of the whole file. */
  finish(): Digest {
    this.flush();
    return `sha256:${this.sum.digest('hex')}`;
  }

  close(): void {
    closeSync(this.fd);
  }

  private flush(): void {
    const bytes = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    this.write(bytes);
  }

  private write(bytes: Uint8Array): void {
    writeFully(this.fd, bytes, this.written);
    this.written += bytes.length;
    if (this.asideFrom === undefined) {
      this.sum.update(bytes);
    }
  }
}

function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}
