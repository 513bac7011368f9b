/**
 * Digests a file while another thread writes it, as a worker's program: see {@link FileSum}. It may be run from its source, so it imports no
 * other file.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What a worker of this program is told at its start, so that no other worker that loads it takes itself for one. */
export const SUM_WORKER = 'holdfast sum';

const READ_SIZE = 128 * 1024;

export interface SumWorkerData {
  readonly program: typeof SUM_WORKER;
  readonly file: string;
}

/** How many bytes of the file will not change any more; when these are all, their SHA-256 in hexadecimal is the answer. */
export interface Grown {
  readonly length: number;
  readonly complete: boolean;
}

const started = workerData as SumWorkerData | undefined;
if (started?.program === SUM_WORKER) {
  const fd = openSync(started.file, 'r');
  const scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  const sum = createHash('sha256');
  let at = 0;
  parentPort?.on('message', ({ length, complete }: Grown) => {
    while (at < length) {
      const count = readSync(fd, scratch, 0, Math.min(READ_SIZE, length - at), at);
      if (count === 0) {
        throw new Error('the file became shorter while it was written');
      }
      sum.update(scratch.subarray(0, count));
      at += count;
    }
    if (complete) {
      closeSync(fd);
      parentPort?.postMessage(sum.digest('hex'));
    }
  });
}
