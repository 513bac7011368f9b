/**
 * Compresses whole contents, on the thread that calls or, since this file is also a worker's program, on another one. As
 * such it may be run from its source, so it imports no other file.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { deflate } from 'libdeflate';

/** From here on a sample decides whether compressing is worth trying. */
const SAMPLE_FROM = 256 * 1024;
const SAMPLE_PART = 8 * 1024;

/** Its loader makes every uncaught exception of the process be thrown again, which is the host's to decide. */
let isLoaded = false;

/** What a worker of this program is told at its start, so that no other worker that loads it takes itself for one. */
export const DEFLATE_WORKER = 'holdfast deflate';

/** Contents one after the other, to be compressed each on its own. */
export interface DeflateBatch {
  readonly id: number;
  readonly level: number;
  /** One after the other; the rest is unused. */
  readonly contents: Uint8Array<ArrayBuffer>;
  /** Bytes of each content. */
  readonly sizes: readonly number[];
}

/** A batch that is done. */
export interface DeflatedBatch {
  readonly id: number;
  /** As they were given, to be used for another batch. */
  readonly contents: Uint8Array<ArrayBuffer>;
  /** The compressed contents one after the other. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Bytes of each of them in `data`; -1 for one that did not shrink, and is not there. */
  readonly sizes: readonly number[];
}

/** Makes libdeflate ready, which it would do by itself when it is first used, but not without traces. */
function ensureLoaded(): void {
  if (isLoaded) {
    return;
  }
  isLoaded = true;
  const [exceptions, rejections] = [
    process.listeners('uncaughtException'),
    process.listeners('unhandledRejection'),
  ];
  deflate(new Uint8Array(1), 1);
  for (const added of process.listeners('uncaughtException')) {
    if (!exceptions.includes(added)) {
      process.off('uncaughtException', added);
    }
  }
  for (const added of process.listeners('unhandledRejection')) {
    if (!rejections.includes(added)) {
      process.off('unhandledRejection', added);
    }
  }
}

/** Compresses a content into a raw deflate stream (RFC 1951). Undefined when it does not shrink. */
export function deflateContent(content: Uint8Array, level: number): Uint8Array | undefined {
  if (level === 0 || content.length === 0 || looksIncompressible(content)) {
    return undefined;
  }
  ensureLoaded();
  const data = deflate(content, level);
  return data.length < content.length ? data : undefined;
}

/** Whether three parts of the content, taken from places that depend on its length only, hardly shrink. */
export function looksIncompressible(content: Uint8Array): boolean {
  if (content.length < SAMPLE_FROM) {
    return false;
  }
  ensureLoaded();
  const middle = (content.length - SAMPLE_PART) >> 1;
  const sample = new Uint8Array(3 * SAMPLE_PART);
  sample.set(content.subarray(0, SAMPLE_PART), 0);
  sample.set(content.subarray(middle, middle + SAMPLE_PART), SAMPLE_PART);
  sample.set(content.subarray(content.length - SAMPLE_PART), 2 * SAMPLE_PART);
  return deflate(sample, 1).length > sample.length * 0.98;
}

function deflateBatch({ id, level, contents, sizes }: DeflateBatch): DeflatedBatch {
  const data = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let from = 0;
  let filled = 0;
  const shrunk = sizes.map((size) => {
    const content = contents.subarray(from, from + size);
    from += size;
    const deflated = deflateContent(content, level);
    if (deflated === undefined) {
      return -1;
    }
    data.set(deflated, filled);
    filled += deflated.length;
    return deflated.length;
  });
  return { id, contents, data: data.slice(0, filled), sizes: shrunk };
}

if (workerData === DEFLATE_WORKER) {
  parentPort?.on('message', (batch: DeflateBatch) => {
    const done = deflateBatch(batch);
    parentPort?.postMessage(done, [done.contents.buffer, done.data.buffer]);
  });
}
