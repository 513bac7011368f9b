/**
 * Compresses whole contents, on the thread that calls or, since this file is also a worker's program, on another one. As
 * such it may be run from its source, so it imports no other file.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/** From here on a sample decides whether compressing is worth trying. */
const SAMPLE_FROM = 256 * 1024;
const SAMPLE_PART = 8 * 1024;

/** What a worker of this program is told at its start, so that no other worker that loads it takes itself for one. */
const DEFLATE_WORKER = 'holdfast deflate';

type CompiledCode = object;

/** What is used of Node's WebAssembly, whose types TypeScript has for browsers only. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (code: Uint8Array) => CompiledCode;
    readonly Instance: new (code: CompiledCode) => { readonly exports: unknown };
  };
};

interface WorkerData {
  readonly program: typeof DEFLATE_WORKER;
  readonly libdeflate: CompiledCode;
}

/** What scripts/libdeflate builds: libdeflate with memory that only grows. Addresses and sizes are bytes, and 0 is a failure. */
interface Libdeflate {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Where so many bytes are free until the next call. */
  room(size: number): number;
  compressor(level: number): number;
  /** A whole stream. Returns how many bytes it takes. */
  compress: Compress;
  /** A piece of a stream that others follow. */
  compress_piece: Compress;
}

type Compress = (
  compressor: number,
  input: number,
  inputSize: number,
  output: number,
  outputRoom: number,
) => number;

/** Loaded when it is first used: what was published before needs no compressor. */
let libdeflate: CompiledCode | undefined;
/** One for each level, whose memory holds a compressor and after it, for the time of a call, a content and what it becomes. */
const compressors = new Map<number, { readonly code: Libdeflate; readonly compressor: number }>();

/** How to compress one content. */
export interface DeflateJob {
  readonly size: number;
  /** 0 to 9 */
  readonly level: number;
  /** Whether it is a piece of a longer one which does not end with it: then what it becomes ends with a byte, and not the stream. */
  readonly more: boolean;
}

/** Contents to be compressed, each on its own. */
export interface DeflateBatch {
  readonly id: number;
  /** One after the other; the rest is unused. */
  readonly contents: Uint8Array<ArrayBuffer>;
  readonly jobs: readonly DeflateJob[];
}

/** A batch that is done. */
export interface DeflatedBatch {
  readonly id: number;
  /** The memory of the batch, which holds in its place what the contents became, one after the other. */
  readonly contents: Uint8Array<ArrayBuffer>;
  /** Bytes of each. */
  readonly sizes: readonly number[];
  /** Whether each is deflated; one that did not shrink is there as it was. */
  readonly deflated: readonly boolean[];
}

/** What a worker of this program needs to know. */
export function deflateWorkerData(): WorkerData {
  return { program: DEFLATE_WORKER, libdeflate: loadLibdeflate() };
}

function loadLibdeflate(): CompiledCode {
  libdeflate ??= new WebAssembly.Module(readInstalled(join(__dirname, '../../wasm/libdeflate.wasm')));
  return libdeflate;
}

/** A failure is not the user's file's, whose packing it would otherwise be taken for. */
function readInstalled(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`the installation of Holdfast is not complete: cannot read ${file}`, { cause });
  }
}

function compressorOf(level: number): { readonly code: Libdeflate; readonly compressor: number } {
  let known = compressors.get(level);
  if (known === undefined) {
    const code = new WebAssembly.Instance(loadLibdeflate()).exports as Libdeflate;
    known = { code, compressor: inMemory(code.compressor(level)) };
    compressors.set(level, known);
  }
  return known;
}

/** What a content becomes, in memory that lasts until the next call. Undefined unless it is shorter. */
function deflate(content: Uint8Array, level: number, more = false): Uint8Array<ArrayBuffer> | undefined {
  const { code, compressor } = compressorOf(level);
  const { length } = content;
  const input = inMemory(code.room(2 * length));
  const output = input + length;
  // It may be another buffer each time that the memory grew.
  new Uint8Array(code.memory.buffer).set(content, input);
  const compress = more ? code.compress_piece : code.compress;
  const size = compress(compressor, input, length, output, length - 1);
  return size === 0 ? undefined : new Uint8Array(code.memory.buffer, output, size);
}

function inMemory(address: number): number {
  if (address === 0) {
    throw new Error('there is not enough memory to compress');
  }
  return address;
}

/** Compresses a content into a raw deflate stream (RFC 1951), or a piece of one. Undefined when it does not shrink. */
export function deflateContent(content: Uint8Array, level: number, more = false): Uint8Array | undefined {
  return isWorthTrying(content, level) ? deflate(content, level, more)?.slice() : undefined;
}

function isWorthTrying(content: Uint8Array, level: number): boolean {
  return level > 0 && content.length > 0 && !looksIncompressible(content);
}

/** Whether three parts of the content, taken from places that depend on its length only, hardly shrink. */
function looksIncompressible(content: Uint8Array): boolean {
  if (content.length < SAMPLE_FROM) {
    return false;
  }
  const middle = (content.length - SAMPLE_PART) >> 1;
  const sample = new Uint8Array(3 * SAMPLE_PART);
  sample.set(content.subarray(0, SAMPLE_PART), 0);
  sample.set(content.subarray(middle, middle + SAMPLE_PART), SAMPLE_PART);
  sample.set(content.subarray(content.length - SAMPLE_PART), 2 * SAMPLE_PART);
  const deflated = deflate(sample, 1);
  return deflated === undefined || deflated.length > sample.length * 0.98;
}

function deflateBatch({ id, contents, jobs }: DeflateBatch): DeflatedBatch {
  let from = 0;
  let filled = 0;
  const sizes: number[] = [];
  const deflated: boolean[] = [];
  for (const { size, level, more } of jobs) {
    const content = contents.subarray(from, from + size);
    from += size;
    const shorter = isWorthTrying(content, level) ? deflate(content, level, more) : undefined;
    // It is no longer than what it was made of, so nothing that is still to be compressed lies there.
    contents.set(shorter ?? content, filled);
    filled += (shorter ?? content).length;
    sizes.push((shorter ?? content).length);
    deflated.push(shorter !== undefined);
  }
  return { id, contents, sizes, deflated };
}

const started = workerData as WorkerData | undefined;
if (started?.program === DEFLATE_WORKER) {
  ({ libdeflate } = started);
  parentPort?.on('message', (batch: DeflateBatch) => {
    const done = deflateBatch(batch);
    parentPort?.postMessage(done, [done.contents.buffer]);
  });
}
