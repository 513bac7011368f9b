import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { SUM_WORKER, type Grown, type SumWorkerData } from './sum-growing-file.js';
import { hasThread, startThread } from './thread.js';

const PROGRAM = 'sum-growing-file';

/** How much is written before the other thread is told: a message costs as much as digesting some kilobytes. */
const TOLD_EVERY = 1024 * 1024;

/** The SHA-256 of a file that is being written. */
export interface FileSum {
  /** Takes in the next bytes, which are in the file and will not change any more. */
  add(bytes: Uint8Array): void;
  /** The SHA-256 of all bytes in hexadecimal. */
  finish(): Promise<string>;
  /** Lets go of what it holds, finished or not. */
  close(): void;
}

/** @param elsewhere whether another thread is to read the file and digest it, where this installation can have one */
export function sumOfFile(file: string, elsewhere: boolean): FileSum {
  return elsewhere && hasThread(PROGRAM) ? new SumElsewhere(file) : new SumHere();
}

class SumHere implements FileSum {
  private readonly sum = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.sum.update(bytes);
  }

  finish(): Promise<string> {
    return Promise.resolve(this.sum.digest('hex'));
  }

  close(): void {
    // Nothing is held.
  }
}

class SumElsewhere implements FileSum {
  private readonly worker: Worker;
  private readonly sum = Promise.withResolvers<string>();
  private length = 0;
  private told = 0;

  constructor(file: string) {
    const workerData: SumWorkerData = { program: SUM_WORKER, file };
    this.worker = startThread(PROGRAM, workerData);
    this.worker.on('message', (sum: string) => this.sum.resolve(sum));
    this.worker.on('error', (error) => this.sum.reject(error));
    this.worker.on('exit', () => this.sum.reject(new Error('a thread that digests has ended')));
    // It may fail before its answer is wanted; the failure is thrown then.
    this.sum.promise.catch(() => undefined);
  }

  add(bytes: Uint8Array): void {
    this.length += bytes.length;
    if (this.length - this.told >= TOLD_EVERY) {
      this.tell(false);
    }
  }

  finish(): Promise<string> {
    this.tell(true);
    return this.sum.promise;
  }

  close(): void {
    this.worker.removeAllListeners('exit');
    void this.worker.terminate();
  }

  private tell(complete: boolean): void {
    this.told = this.length;
    const grown: Grown = { length: this.length, complete };
    this.worker.postMessage(grown);
  }
}
