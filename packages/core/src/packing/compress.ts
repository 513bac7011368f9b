import { constants, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';

/** A content longer than this is compressed in blocks of this size, several at once. Part of the packing format. */
export const BLOCK_SIZE = 1024 * 1024;
/** How much of the content before a block it may refer back to: the whole of what deflate (RFC 1951) can. */
export const WINDOW_SIZE = 32 * 1024;

/** From here on a sample decides whether compressing is worth trying. */
const SAMPLE_FROM = 256 * 1024;
const SAMPLE_PART = 8 * 1024;
/** Below this, handing the work to a thread takes longer than doing it. */
const THREAD_FROM = 4 * 1024;
const STORED_MAX = 0xffff;

export interface Compressed {
  readonly method: 'stored' | 'deflated';
  readonly data: Buffer;
}

/** The compressor and its settings; the same content gives the same bytes under the same name only. */
export function compressorName(level: number): string {
  return `zlib ${process.versions.zlib} ${process.arch} level ${level}`;
}

/** Compresses a whole content of at most {@link BLOCK_SIZE} bytes. What does not shrink is stored. */
export function compressWhole(content: Buffer, level: number): Compressed | Promise<Compressed> {
  const stored: Compressed = { method: 'stored', data: content };
  if (content.length === 0 || looksIncompressible(content)) {
    return stored;
  }
  const choose = (data: Buffer): Compressed =>
    data.length < content.length ? { method: 'deflated', data } : stored;
  const options = { level, chunkSize: outputBound(content.length) };
  return content.length < THREAD_FROM
    ? choose(deflateRawSync(content, options))
    : deflateOnThread(content, options).then(choose);
}

/**
 * Compresses one block of a longer content, independently of the others, so that they can be compressed at once.
 * Concatenated in order, blocks make one deflate stream.
 *
 * @param before the (up to) {@link WINDOW_SIZE} bytes of content in front of the block
 * @param last whether the content ends with this block
 */
export function compressBlock(
  block: Buffer,
  before: Buffer,
  last: boolean,
  level: number,
): Buffer | Promise<Buffer> {
  if (looksIncompressible(block)) {
    return asStoredBlocks(block, last);
  }
  return deflateOnThread(block, {
    level,
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

/** Whether three parts of the content, taken from places that depend on its length only, hardly shrink. */
function looksIncompressible(content: Buffer): boolean {
  if (content.length < SAMPLE_FROM) {
    return false;
  }
  const middle = (content.length - SAMPLE_PART) >> 1;
  const sample = Buffer.concat([
    content.subarray(0, SAMPLE_PART),
    content.subarray(middle, middle + SAMPLE_PART),
    content.subarray(content.length - SAMPLE_PART),
  ]);
  const shrunk = deflateRawSync(sample, { level: 1, chunkSize: outputBound(sample.length) });
  return shrunk.length > sample.length * 0.98;
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
