import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { HASH_WORKER, type HashedFiles, type HashTask } from './hash-files.js';
import type { FileEntry } from './tree.js';

/** Beside this file, and like it compiled or not. Absent where everything was bundled into one file. */
const PROGRAM = join(__dirname, `hash-files${extname(__filename)}`);
/** More would wait for the disk or the memory. */
const MAX_WORKERS = 4;
/** A thread takes about as long to start as reading this much, in the units of {@link weightOf}. */
const WORTH_A_THREAD = 64 * 1024 * 1024;
/** How much is handed over at once. */
const TASK = 4 * 1024 * 1024;
/** So that a thread need not wait for its next task. */
const TASKS_AHEAD = 2;

/** A file on disk and its place among others. */
export interface PlacedFile {
  readonly place: number;
  readonly entry: FileEntry;
}

/** About what reading a file costs: opening one takes as long as reading so many bytes. */
export function weightOf({ size }: FileEntry): number {
  return size + 16 * 1024;
}

/**
 * Digests files on other threads as well as on this one, for trees of which little is known.
 *
 * @param here digests a file on this thread, and throws what there is to say of it
 * @returns by place, the SHA-256 in hexadecimal; undefined when threads would not help: then nothing was done
 */
export async function hashOnThreads(
  files: readonly PlacedFile[],
  here: (entry: FileEntry) => string,
): Promise<Map<number, string> | undefined> {
  const weight = files.reduce((sum, { entry }) => sum + weightOf(entry), 0);
  const count = Math.min(availableParallelism() - 1, MAX_WORKERS, Math.floor(weight / WORTH_A_THREAD));
  if (count < 1 || !existsSync(PROGRAM)) {
    return undefined;
  }
  const tasks = tasksOf(files);
  const digests = new Map<number, string>();
  const workers: HashWorker[] = [];
  try {
    for (let i = 0; i < count; i += 1) {
      workers.push(new HashWorker());
    }
    const done = workers.map(async (worker) => {
      const lane = async (): Promise<void> => {
        for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
          // What a thread could not do is done here, where there is more to say of it.
          const found = await worker.run(task).catch(() => []);
          for (const [i, { place, entry }] of task.entries()) {
            const digest = found[i] ?? '';
            digests.set(place, digest === '' ? here(entry) : digest);
          }
        }
      };
      await Promise.all(Array.from({ length: TASKS_AHEAD }, lane));
    });
    const all = Promise.all(done);
    // It may fail before it is waited for; the failure is thrown then.
    all.catch(() => undefined);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      for (const { place, entry } of task) {
        digests.set(place, here(entry));
      }
      // Answers of the other threads come in between.
      await new Promise(setImmediate);
    }
    await all;
    return digests;
  } finally {
    for (const worker of workers) {
      worker.close();
    }
  }
}

function tasksOf(files: readonly PlacedFile[]): PlacedFile[][] {
  const tasks: PlacedFile[][] = [];
  let weight = TASK;
  for (const file of files) {
    if (weight >= TASK) {
      tasks.push([]);
      weight = 0;
    }
    tasks.at(-1)!.push(file);
    weight += weightOf(file.entry);
  }
  return tasks;
}

class HashWorker {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, PromiseWithResolvers<readonly string[]>>();
  private lastId = 0;
  private failure: Error | undefined;

  constructor() {
    // It needs none of the options that the process was started with. Run from its source it would be warned about.
    const execArgv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
    this.worker = new Worker(PROGRAM, { workerData: HASH_WORKER, execArgv });
    this.worker.on('message', ({ id, digests }: HashedFiles) => this.waiting.get(id)?.resolve(digests));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('a thread that reads files has ended')));
  }

  async run(files: readonly PlacedFile[]): Promise<readonly string[]> {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    const id = (this.lastId += 1);
    const answer = Promise.withResolvers<readonly string[]>();
    this.waiting.set(id, answer);
    const task: HashTask = {
      id,
      files: files.map(({ entry: { source } }) => ('file' in source ? source.file : '')),
      sizes: files.map(({ entry }) => entry.size),
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
