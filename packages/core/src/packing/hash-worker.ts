import type { Worker } from 'node:worker_threads';
import { HASH_WORKER, type HashedFiles, type HashTask } from './hash-files.js';
import { hasThread, startThread } from './thread.js';
import type { FileEntry } from './tree.js';

const PROGRAM = 'hash-files';

/** A thread that reads and digests files. */
export class HashWorker {
  /** How many tasks it was given and has not answered. */
  waitingFor = 0;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, PromiseWithResolvers<readonly string[]>>();
  private lastId = 0;
  private failure: Error | undefined;

  /** False when this installation cannot have them. */
  static areAvailable(): boolean {
    return hasThread(PROGRAM);
  }

  constructor() {
    this.worker = startThread(PROGRAM, HASH_WORKER);
    this.worker.on('message', ({ id, digests }: HashedFiles) => this.waiting.get(id)?.resolve(digests));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('a thread that reads files has ended')));
  }

  /** The SHA-256 of each file in hexadecimal; empty for one that could not be read, or has another size: whoever asked must look. */
  async run(files: readonly FileEntry[]): Promise<readonly string[]> {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const id = (this.lastId += 1);
    const answer = Promise.withResolvers<readonly string[]>();
    this.waiting.set(id, answer);
    const task: HashTask = {
      id,
      files: files.map(({ source }) => ('file' in source ? source.file : '')),
      sizes: files.map(({ size }) => size),
    };
    this.worker.postMessage(task);
    try {
      return await answer.promise;
    } finally {
      this.waiting.delete(id);
    }
  }

  close(): void {
    this.worker.removeAllListeners('exit');
    void this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure = error;
    for (const { reject } of this.waiting.values()) {
      reject(error);
    }
  }
}
