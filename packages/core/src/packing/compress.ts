import { availableParallelism } from 'node:os';
import { deflateContent, type DeflateJob } from './deflate-content.js';
import { DeflateWorkers, type Deflated } from './deflate-workers.js';

/** A content longer than this is compressed in pieces of {@link PIECE_SIZE}, several at once. */
export const WHOLE_SIZE = 8 * 1024 * 1024;
/** A tenth of a percent of its compression is lost to a piece this long not referring to the one before. */
export const PIECE_SIZE = 2 * 1024 * 1024;
/** From here on contents are compressed less; see {@link pieceLevel}. */
const LONG_SIZE = 64 * 1024 * 1024;

/** How much is compressed before threads are started for the rest: they take about as long to start. */
const THREADS_FROM = 3 * 1024 * 1024;
/** More threads than this would wait for the one that reads and writes. */
const MAX_THREADS = 6;
/** Contents go to a thread together until they are this long, since every message costs as much as a small content. */
const BATCH_SIZE = 512 * 1024;
const STORED_MAX = 0xffff;

export interface Compressed {
  readonly method: 'stored' | 'deflated';
  readonly data: Uint8Array;
}

/**
 * The compressor and its settings. The same content gives the same bytes under the same name, and on every processor, as
 * the compressor runs in WebAssembly.
 */
export function compressorName(level: number): string {
  const pieces = `from ${WHOLE_SIZE + 1} level ${pieceLevel(level, 0)} by ${PIECE_SIZE}`;
  return `libdeflate 1.25, level ${level}, ${pieces}, from ${LONG_SIZE} level ${pieceLevel(level, LONG_SIZE)}`;
}

/**
 * How hard the pieces of a content are compressed: where a content takes seconds, time counts more. Of level 6's time, level 5 takes 0.75 for
 * 0.6 % more bytes, and level 4 takes 0.62 for 2.9 %.
 */
function pieceLevel(level: number, size: number): number {
  if (level !== 6) {
    return level;
  }
  return size < LONG_SIZE ? 5 : 4;
}

interface Batch {
  readonly contents: Buffer[];
  readonly jobs: DeflateJob[];
  length: number;
  done?: Promise<Deflated>;
}

/** Compresses contents of at most {@link WHOLE_SIZE} bytes, and pieces of longer ones: a few on this thread, many on others. */
export class ContentCompressor {
  private begun = 0;
  private workers: DeflateWorkers | undefined;
  private helpful: boolean | undefined;
  private batch: Batch = { contents: [], jobs: [], length: 0 };

  /** @param level 0 to 9 */
  constructor(private readonly level: number) {}

  /** Begins to compress. Call the result when the compressed content is needed; until then the content must stay. */
  begin(content: Buffer): () => Compressed | Promise<Compressed> {
    const deflated = this.deflate(content, { size: content.length, level: this.level, more: false });
    return () => after(deflated(), (data) => asCompressed(content, data));
  }

  /**
   * Begins to compress a piece of a longer content, {@link PIECE_SIZE} long but for the last. In order, what the pieces become makes one
   * deflate stream.
   *
   * @param last whether the content ends with this piece
   * @param size of the whole content
   */
  beginPiece(piece: Buffer, last: boolean, size: number): () => Uint8Array | Promise<Uint8Array> {
    const job = { size: piece.length, level: pieceLevel(this.level, size), more: !last };
    const deflated = this.deflate(piece, job);
    return () => after(deflated(), (data) => data ?? asStoredBlocks(piece, last));
  }

  close(): void {
    this.workers?.close();
  }

  private deflate(
    content: Buffer,
    job: DeflateJob,
  ): () => Uint8Array | undefined | Promise<Uint8Array | undefined> {
    this.begun += content.length;
    if (this.begun <= THREADS_FROM || !this.threadsHelp()) {
      const data = deflateContent(content, job.level, job.more);
      return () => data;
    }
    const { batch } = this;
    const place = batch.contents.push(content) - 1;
    batch.jobs.push(job);
    batch.length += content.length;
    if (batch.length >= BATCH_SIZE) {
      this.send();
    }
    return async () => {
      if (batch.done === undefined) {
        this.send();
      }
      return (await batch.done)![place];
    };
  }

  private threadsHelp(): boolean {
    this.helpful ??= availableParallelism() > 1 && DeflateWorkers.areAvailable();
    return this.helpful;
  }

  private send(): void {
    const { batch } = this;
    this.batch = { contents: [], jobs: [], length: 0 };
    this.workers ??= new DeflateWorkers(Math.min(availableParallelism(), MAX_THREADS));
    const contents = this.workers.buffer(batch.length);
    let at = 0;
    for (const content of batch.contents) {
      contents.set(content, at);
      at += content.length;
    }
    batch.done = this.workers.run({ contents, jobs: batch.jobs });
    // It may fail before its turn comes; the failure is thrown then.
    batch.done.catch(() => undefined);
  }
}

function after<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function asCompressed(content: Buffer, deflated: Uint8Array | undefined): Compressed {
  return deflated === undefined
    ? { method: 'stored', data: content }
    : { method: 'deflated', data: deflated };
}

/** A piece in a deflate stream without compression (RFC 1951, 3.2.4). Begins and ends on a byte boundary. */
function asStoredBlocks(piece: Buffer, last: boolean): Buffer {
  const parts: Buffer[] = [];
  for (let from = 0; from < piece.length; from += STORED_MAX) {
    const part = piece.subarray(from, from + STORED_MAX);
    const header = Buffer.alloc(5);
    header[0] = last && from + STORED_MAX >= piece.length ? 1 : 0;
    header.writeUInt16LE(part.length, 1);
    header.writeUInt16LE(~part.length & 0xffff, 3);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
