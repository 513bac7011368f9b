import { EXIT_CODES } from './exit-codes.js';

type Cleanup = () => void;

const cleanups = new Set<Cleanup>();

/**
 * Runs the task; should a signal end the process meanwhile, `cleanup` is called first. It must be synchronous.
 */
export async function undoneWhenInterrupted<T>(cleanup: Cleanup, task: () => Promise<T>): Promise<T> {
  cleanups.add(cleanup);
  try {
    return await task();
  } finally {
    cleanups.delete(cleanup);
  }
}

/** Ends the process on SIGINT and SIGTERM, with what was begun taken back. The store itself survives any kill. */
export function endOnSignals(target: NodeJS.Process): void {
  const end = (code: number) => () => {
    for (const cleanup of cleanups) {
      try {
        cleanup();
      } catch {
        // The next one must run too, and nobody is left to tell.
      }
    }
    target.exit(code);
  };
  target.once('SIGINT', end(EXIT_CODES.interrupted));
  target.once('SIGTERM', end(EXIT_CODES.terminated));
}
