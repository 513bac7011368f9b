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
 * How hard the pieces of a content are compressed: where a content takes seconds, time counts more. Of level 6's time, level 5 takes 0.85 for
 * 0.7 % more bytes, and level 4 takes 0.73 for 2.5 %.
 */
function pieceLevel(level: number, size: number): number {
  if (level !== 6) {
    return level;
  }
  return size < LONG_SIZE ? 5 : 4;
}

interface Batch {
  /** Taken when the first content is to come. */
  contents: Uint8Array<ArrayBuffer> | undefined;
  readonly jobs: DeflateJob[];
  length: number;
  done?: Promise<Placed>;
}

interface Placed extends Deflated {
  /** Where each begins. */
  readonly offsets: readonly number[];
}

/** What a content became, or its bytes as they were. */
interface Outcome {
  readonly deflated: boolean;
  readonly data: Uint8Array;
}

/**
 * Compresses contents of at most {@link WHOLE_SIZE} bytes, and pieces of longer ones: a few on this thread, many on others. Contents are
 * given in memory that it provides and passes on to the threads, which give back in it what they became, so that none is copied.
 */
export class ContentCompressor {
  private begun = 0;
  private workers: DeflateWorkers | undefined;
  private helpful: boolean | undefined;
  /** Whether what is begun next is compressed on another thread. */
  private onThread = false;
  private batch: Batch = { contents: undefined, jobs: [], length: 0 };
  /** For contents that are compressed on this thread. */
  private local = Buffer.alloc(0);
  /** What the last result lies in. */
  private lent: Uint8Array<ArrayBuffer> | undefined;

  /**
   * @param level 0 to 9
   * @param expected how many bytes are likely to be compressed; threads are started at once if they are worth it
   */
  constructor(
    private readonly level: number,
    expected = 0,
  ) {
    if (expected > THREADS_FROM && this.threadsHelp()) {
      this.begun = expected;
      this.workers = startWorkers();
    }
  }

  /** Memory for the content that is begun next: its bytes must be in front. It is another's when something is begun or more memory is asked for. */
  memory(length: number): Buffer {
    this.onThread = this.usesThreads(length);
    if (!this.onThread) {
      if (this.local.length < length) {
        this.local = Buffer.allocUnsafeSlow(Math.max(2 * this.local.length, length));
      }
      return this.local;
    }
    this.workers ??= startWorkers();
    if (this.batch.length > 0 && this.batch.contents!.length - this.batch.length < length) {
      this.send();
    }
    const { batch } = this;
    if (batch.contents === undefined || batch.contents.length < length) {
      batch.contents = this.workers.buffer(length);
    }
    return Buffer.from(batch.contents.buffer, batch.length, batch.contents.length - batch.length);
  }

  /**
   * Begins to compress as many bytes as were put into {@link memory}. Call what is returned when the compressed content is needed: in the
   * order in which contents were begun. What it then gives is to be used before the next is asked for.
   */
  begin(length: number): () => Compressed | Promise<Compressed> {
    const outcome = this.deflate({ size: length, level: this.level, more: false });
    return () =>
      after(outcome(), ({ deflated, data }) => ({ method: deflated ? 'deflated' : 'stored', data }));
  }

  /**
   * Begins to compress a piece of a longer content, {@link PIECE_SIZE} long but for the last; otherwise like {@link begin}. In order, what
   * the pieces become makes one deflate stream.
   *
   * @param last whether the content ends with this piece
   * @param size of the whole content
   */
  beginPiece(length: number, last: boolean, size: number): () => Uint8Array | Promise<Uint8Array> {
    const outcome = this.deflate({ size: length, level: pieceLevel(this.level, size), more: !last });
    return () => after(outcome(), ({ deflated, data }) => (deflated ? data : asStoredBlocks(data, last)));
  }

  close(): void {
    this.workers?.close();
  }

  private usesThreads(length: number): boolean {
    return this.begun + length > THREADS_FROM && this.threadsHelp();
  }

  private threadsHelp(): boolean {
    this.helpful ??= availableParallelism() > 1 && DeflateWorkers.areAvailable();
    return this.helpful;
  }

  private deflate(job: DeflateJob): () => Outcome | Promise<Outcome> {
    this.begun += job.size;
    if (!this.onThread) {
      const content = this.local.subarray(0, job.size);
      const shorter = deflateContent(content, job.level, job.more);
      const outcome = { deflated: shorter !== undefined, data: shorter ?? Buffer.from(content) };
      return () => outcome;
    }
    const { batch } = this;
    const place = batch.jobs.push(job) - 1;
    batch.length += job.size;
    if (batch.length >= BATCH_SIZE) {
      this.send();
    }
    return async () => {
      if (batch.done === undefined) {
        this.send();
      }
      const { contents, sizes, deflated, offsets } = (await batch.done)!;
      if (this.lent !== undefined && this.lent !== contents) {
        this.workers?.giveBack(this.lent);
      }
      this.lent = contents;
      const from = offsets[place]!;
      return { deflated: deflated[place]!, data: contents.subarray(from, from + sizes[place]!) };
    };
  }

  private send(): void {
    const { batch } = this;
    this.batch = { contents: undefined, jobs: [], length: 0 };
    batch.done = this.workers!.run({ contents: batch.contents!, jobs: batch.jobs }).then(placed);
    // It may fail before its turn comes; the failure is thrown then.
    batch.done.catch(() => undefined);
  }
}

function startWorkers(): DeflateWorkers {
  return new DeflateWorkers(Math.min(availableParallelism(), MAX_THREADS));
}

function placed(deflated: Deflated): Placed {
  let end = 0;
  return { ...deflated, offsets: deflated.sizes.map((size) => (end += size) - size) };
}

function after<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** A piece in a deflate stream without compression (RFC 1951, 3.2.4). Begins and ends on a byte boundary. */
function asStoredBlocks(piece: Uint8Array, last: boolean): Buffer {
  const parts: Uint8Array[] = [];
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
