import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** The file of a thread's program, which lies beside this one, and is like it compiled or not. */
function fileOf(program: string): string {
  return join(__dirname, `${program}${extname(__filename)}`);
}

/** False in an installation that has everything bundled into one file: then work is done on the calling thread. */
export function hasThread(program: string): boolean {
  return existsSync(fileOf(program));
}

/**
 * Starts a thread.
 *
 * @param program name of its file, without an ending
 */
export function startThread(program: string, workerData: unknown): Worker {
  // It needs none of the options that the process was started with. Run from its source it would be warned about.
  const execArgv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
  return new Worker(fileOf(program), { workerData, execArgv });
}
