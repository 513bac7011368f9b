/**
 * Reads and digests files, as a worker's program: see {@link HashWorker}. It may be run from its source, so it imports no other file.
 */
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What a worker of this program is told at its start, so that no other worker that loads it takes itself for one. */
export const HASH_WORKER = 'holdfast hash';

const READ_SIZE = 128 * 1024;

/** Files to be read: absolute paths, and how many bytes each has. */
export interface HashTask {
  readonly id: number;
  readonly files: readonly string[];
  readonly sizes: readonly number[];
}

export interface HashedFiles {
  readonly id: number;
  /** The SHA-256 of each in hexadecimal; empty for one that could not be read, or has another size: whoever asked must look. */
  readonly digests: readonly string[];
}

function hashFile(file: string, size: number, scratch: Buffer): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    let count = readSync(fd, scratch, 0, READ_SIZE, null);
    if (count === size && count < READ_SIZE) {
      return hash('sha256', scratch.subarray(0, count), 'hex');
    }
    const sum = createHash('sha256');
    let total = 0;
    for (; count > 0; count = readSync(fd, scratch, 0, READ_SIZE, null)) {
      sum.update(scratch.subarray(0, count));
      total += count;
    }
    return total === size ? sum.digest('hex') : '';
  } finally {
    closeSync(fd);
  }
}

function hashFiles({ id, files, sizes }: HashTask, scratch: Buffer): HashedFiles {
  const digests = files.map((file, i) => {
    const size = sizes[i]!;
    try {
      // What became another kind of file may look like an empty one.
      return size === 0 ? '' : hashFile(file, size, scratch);
    } catch {
      return '';
    }
  });
  return { id, digests };
}

if (workerData === HASH_WORKER) {
  const scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  parentPort?.on('message', (task: HashTask) => {
    parentPort?.postMessage(hashFiles(task, scratch));
  });
}
