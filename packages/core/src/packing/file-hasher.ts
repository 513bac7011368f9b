import { createHash, hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { ContentReader, READ_SIZE } from './content-reader.js';
import { HashWorker } from './hash-worker.js';
import { weightOf, type FileEntry } from './tree.js';

/** More would wait for the disk or the memory. */
const MAX_WORKERS = 4;
/** A thread takes about as long to start as reading this much, in the units of {@link weightOf}. */
const WORTH_A_THREAD = 64 * 1024 * 1024;
/** How much is handed over at once. */
const TASK = 2 * 1024 * 1024;
/** So that a thread need not wait for its next task. */
const TASKS_AHEAD = 2;
/** The same while a directory is read, which is not interrupted to hand over more. */
const TASKS_AHEAD_OF_READING = 24;

/**
 * Digests files, on other threads as well as on this one when there are many. It may be offered files while a directory is read, so that
 * the threads begin before the last is found.
 */
export class FileHasher {
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  private readonly digests = new Map<FileEntry, string>();
  private readonly tasks: FileEntry[][] = [];
  private readonly workers: HashWorker[] = [];
  private readonly lanes: Promise<void>[] = [];
  /** What a thread could not do is done here, where there is more to say of it. */
  private readonly left: FileEntry[] = [];
  private growing: FileEntry[] = [];
  private growingWeight = 0;
  private weight = 0;
  private ahead = TASKS_AHEAD_OF_READING;
  private isGivenUp = false;
  private readonly mostWorkers = HashWorker.areAvailable()
    ? Math.min(availableParallelism() - 1, MAX_WORKERS)
    : 0;

  /** Adds a file to those that are to be digested. */
  offer(entry: FileEntry): void {
    const weight = weightOf(entry);
    this.growing.push(entry);
    this.growingWeight += weight;
    this.weight += weight;
    if (this.growingWeight < TASK) {
      return;
    }
    this.tasks.push(this.growing);
    this.growing = [];
    this.growingWeight = 0;
    if (this.workers.length < this.mostWorkers && this.weight > (this.workers.length + 1) * WORTH_A_THREAD) {
      this.workers.push(new HashWorker());
    }
    this.feed();
  }

  /**
   * The SHA-256 of every file that was offered, in hexadecimal; undefined once {@link giveUp} was called. Throws `conflict` when one is not
   * as its entry says, `access-denied` when one may not be read.
   */
  async finish(): Promise<ReadonlyMap<FileEntry, string> | undefined> {
    this.tasks.push(this.growing);
    this.ahead = TASKS_AHEAD;
    this.feed();
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) {
      // Synchronous reads are several times faster, but answers of the store and of other threads, timers and signals must get their turn.
      await setImmediate();
      if (this.isGivenUp) {
        return undefined;
      }
      for (const entry of task) {
        this.digests.set(entry, hashContent(entry, this.scratch));
      }
    }
    await Promise.all(this.lanes);
    for (const entry of this.left) {
      this.digests.set(entry, hashContent(entry, this.scratch));
    }
    return this.digests;
  }

  /** The digests are not wanted any more. */
  giveUp(): void {
    this.isGivenUp = true;
  }

  /** Lets go of its threads, finished or not. */
  close(): void {
    for (const worker of this.workers) {
      worker.close();
    }
  }

  private feed(): void {
    for (const worker of this.workers) {
      while (worker.waitingFor < this.ahead && this.tasks.length > 0) {
        this.lanes.push(this.work(worker));
      }
    }
  }

  /** Has a thread do one task after another, from the end, while this thread takes them from the beginning. */
  private async work(worker: HashWorker): Promise<void> {
    worker.waitingFor += 1;
    while (worker.waitingFor <= this.ahead) {
      const task = this.tasks.pop();
      if (task === undefined) {
        break;
      }
      const found = await worker.run(task).catch(() => []);
      for (const [i, entry] of task.entries()) {
        const digest = found[i] ?? '';
        if (digest === '') {
          this.left.push(entry);
        } else {
          this.digests.set(entry, digest);
        }
      }
    }
    worker.waitingFor -= 1;
  }
}

/** The SHA-256 of each file's content in hexadecimal. Throws like {@link FileHasher.finish}. */
export async function hashFiles(files: readonly FileEntry[]): Promise<ReadonlyMap<FileEntry, string>> {
  const hasher = new FileHasher();
  try {
    for (const file of files) {
      hasher.offer(file);
    }
    return (await hasher.finish())!;
  } finally {
    hasher.close();
  }
}

/** The SHA-256 of a file's content in hexadecimal, read through the scratch buffer. */
export function hashContent(entry: FileEntry, scratch: Buffer): string {
  const reader = ContentReader.open(entry);
  try {
    let count = reader.read(scratch);
    if (count === entry.size) {
      reader.assertEnd();
      return hash('sha256', scratch.subarray(0, count), 'hex');
    }
    const sum = createHash('sha256');
    for (; count > 0; count = reader.read(scratch)) {
      sum.update(scratch.subarray(0, count));
    }
    reader.assertEnd();
    return sum.digest('hex');
  } finally {
    reader.close();
  }
}
