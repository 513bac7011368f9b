import type { Worker } from 'node:worker_threads';
import { deflateWorkerData, type DeflateBatch, type DeflatedBatch } from './deflate-content.js';
import { hasThread, startThread } from './thread.js';

const PROGRAM = 'deflate-content';

/** Most batches are no longer, so that one buffer serves them all. */
const BUFFER_SIZE = 2 * 1024 * 1024;

/** What the contents of a batch became. */
export type Deflated = Omit<DeflatedBatch, 'id'>;

interface Waiting {
  readonly resolve: (deflated: Deflated) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads that compress batches, each several at once in order. */
export class DeflateWorkers {
  private readonly workers: { readonly worker: Worker; load: number }[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  private lastId = 0;

  /** False when this installation cannot have them; everything is then compressed on the calling thread. */
  static areAvailable(): boolean {
    return hasThread(PROGRAM);
  }

  constructor(count: number) {
    const workerData = deflateWorkerData();
    for (let i = 0; i < count; i += 1) {
      const worker = startThread(PROGRAM, workerData);
      worker.on('message', (done: DeflatedBatch) => {
        this.waiting.get(done.id)?.resolve(done);
      });
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', () => this.fail(new Error('a thread that compresses has ended')));
      this.workers.push({ worker, load: 0 });
    }
  }

  /** Memory for the contents of a batch, at least as long as wanted. */
  buffer(length: number): Uint8Array<ArrayBuffer> {
    if (length > BUFFER_SIZE) {
      return new Uint8Array(length);
    }
    // Fresh memory costs page faults, and is freed late.
    return this.spare.pop() ?? new Uint8Array(BUFFER_SIZE);
  }

  /** Memory that came from {@link buffer}, with what a batch became, and is not looked at any more. */
  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === BUFFER_SIZE) {
      this.spare.push(buffer);
    }
  }

  /** The contents' memory goes to the thread, and must not be used any more; that of what they became is another. */
  async run(batch: Omit<DeflateBatch, 'id'>): Promise<Deflated> {
    const chosen = this.workers.reduce((a, b) => (b.load < a.load ? b : a));
    const id = (this.lastId += 1);
    const weight = batch.contents.length;
    chosen.load += weight;
    try {
      return await new Promise<Deflated>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject });
        chosen.worker.postMessage({ ...batch, id }, [batch.contents.buffer]);
      });
    } finally {
      this.waiting.delete(id);
      chosen.load -= weight;
    }
  }

  close(): void {
    for (const { worker } of this.workers) {
      worker.removeAllListeners('exit');
      void worker.terminate();
    }
  }

  private fail(error: unknown): void {
    for (const { reject } of this.waiting.values()) {
      reject(error);
    }
  }
}
