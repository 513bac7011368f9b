import { availableParallelism } from 'node:os';
import { constants, deflateRaw, type ZlibOptions } from 'node:zlib';
import { deflateContent, looksIncompressible, type DeflatedBatch } from './deflate-content.js';
import { DeflateWorkers } from './deflate-workers.js';

/** A content longer than this is compressed in blocks of {@link BLOCK_SIZE}, several at once, which compresses it a little less. */
export const WHOLE_SIZE = 8 * 1024 * 1024;
/** From here on blocks are compressed less, and with more memory; see {@link blockLevel}. */
export const LONG_SIZE = 64 * 1024 * 1024;
/** Part of the packing format, see {@link PACKING_FORMAT}. */
export const BLOCK_SIZE = 1024 * 1024;
/** How much of the content before a block it may refer back to: the whole of what deflate (RFC 1951) can. */
export const WINDOW_SIZE = 32 * 1024;

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
 * The compressors and their settings; the same content gives the same bytes under the same name only. Whole contents do
 * not depend on the processor, as their compressor runs in WebAssembly; blocks of longer ones may.
 */
export function compressorName(level: number): string {
  const { zlib } = process.versions;
  const long = blockLevel(level, LONG_SIZE);
  return `libdeflate 1.25, from ${WHOLE_SIZE} zlib ${zlib} ${process.arch}, level ${level}, from ${LONG_SIZE} ${long}`;
}

/**
 * How hard the blocks of a content are compressed. Of level 6's time, Node's zlib takes 0.55 at level 4 with more memory, for 3 %
 * more bytes: where a content takes seconds, time counts more.
 */
function blockLevel(level: number, size: number): number {
  return level === 6 && size >= LONG_SIZE ? 4 : level;
}

interface Batch {
  readonly contents: Buffer[];
  length: number;
  done?: Promise<DeflatedBatch>;
}

/** Compresses whole contents of at most {@link WHOLE_SIZE} bytes: a few on this thread, many on others. */
export class ContentCompressor {
  private begun = 0;
  private workers: DeflateWorkers | undefined;
  private helpful: boolean | undefined;
  private batch: Batch = { contents: [], length: 0 };

  /** @param level 0 to 9 */
  constructor(private readonly level: number) {}

  /** Begins to compress. Call the result when the compressed content is needed; until then the content must stay. */
  begin(content: Buffer): () => Compressed | Promise<Compressed> {
    this.begun += content.length;
    if (this.begun <= THREADS_FROM || !this.threadsHelp()) {
      const compressed = asCompressed(content, deflateContent(content, this.level));
      return () => compressed;
    }
    const { batch } = this;
    const place = batch.contents.push(content) - 1;
    batch.length += content.length;
    if (batch.length >= BATCH_SIZE) {
      this.send();
    }
    return async () => {
      if (batch.done === undefined) {
        this.send();
      }
      return asCompressed(content, dataAt((await batch.done)!, place));
    };
  }

  close(): void {
    this.workers?.close();
  }

  private threadsHelp(): boolean {
    this.helpful ??= availableParallelism() > 1 && DeflateWorkers.areAvailable();
    return this.helpful;
  }

  private send(): void {
    const { batch } = this;
    this.batch = { contents: [], length: 0 };
    this.workers ??= new DeflateWorkers(Math.min(availableParallelism(), MAX_THREADS));
    const contents = this.workers.buffer(batch.length);
    let at = 0;
    for (const content of batch.contents) {
      contents.set(content, at);
      at += content.length;
    }
    const sizes = batch.contents.map(({ length }) => length);
    batch.done = this.workers.run({ level: this.level, contents, sizes });
    // It may fail before its turn comes; the failure is thrown then.
    batch.done.catch(() => undefined);
  }
}

function asCompressed(content: Buffer, deflated: Uint8Array | undefined): Compressed {
  return deflated === undefined
    ? { method: 'stored', data: content }
    : { method: 'deflated', data: deflated };
}

function dataAt({ data, sizes }: DeflatedBatch, place: number): Uint8Array | undefined {
  const size = sizes[place]!;
  if (size === -1) {
    return undefined;
  }
  let from = 0;
  for (let i = 0; i < place; i += 1) {
    from += Math.max(sizes[i]!, 0);
  }
  return data.subarray(from, from + size);
}

/**
 * Compresses one block of a longer content, independently of the others, so that they can be compressed at once.
 * Concatenated in order, blocks make one deflate stream.
 *
 * @param before the (up to) {@link WINDOW_SIZE} bytes of content in front of the block
 * @param last whether the content ends with this block
 * @param size of the whole content
 */
export function compressBlock(
  block: Buffer,
  before: Buffer,
  last: boolean,
  level: number,
  size: number,
): Buffer | Promise<Buffer> {
  if (looksIncompressible(block)) {
    return asStoredBlocks(block, last);
  }
  return deflateOnThread(block, {
    level: blockLevel(level, size),
    memLevel: size < LONG_SIZE ? 8 : 9,
    chunkSize: outputBound(block.length),
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(before.length > 0 && { dictionary: before }),
  });
}

function deflateOnThread(content: Buffer, options: ZlibOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(content, options, (error, data) => (error === null ? resolve(data) : reject(error)));
  });
}

/** Room for all of the output, so that it comes in one piece; zlib's own bound is a little lower. */
function outputBound(length: number): number {
  return length + (length >> 10) + 64;
}

/** The block inside a deflate stream without compression (RFC 1951, 3.2.4). Begins and ends on a byte boundary. */
function asStoredBlocks(block: Buffer, last: boolean): Buffer {
  const parts: Buffer[] = [];
  for (let from = 0; from < block.length; from += STORED_MAX) {
    const part = block.subarray(from, from + STORED_MAX);
    const header = Buffer.alloc(5);
    header[0] = last && from + STORED_MAX >= block.length ? 1 : 0;
    header.writeUInt16LE(part.length, 1);
    header.writeUInt16LE(~part.length & 0xffff, 3);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
