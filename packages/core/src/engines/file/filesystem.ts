import * as fs from 'node:fs/promises';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import { systemErrorCode } from '../../system-errors.js';

/** The answer, or undefined when the file definitely does not exist; any other failure is thrown as what it is. */
export async function absentAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw translate('a file of the store could not be read', error);
  }
}

/** Runs the work; an operating system's error becomes `access-denied` or `unavailable` with the given beginning. */
export async function fileErrors<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(what, error);
  }
}

function translate(what: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (isHoldfastError(error) || code === '') return error;
  // The system's message carries paths of the store's inside; its code says enough.
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new HoldfastError('access-denied', `${what}: permission denied (${code})`, {
      hint: 'Look at the permissions of the store folder.',
      cause: error,
    });
  }
  return new HoldfastError('unavailable', `${what} (${code})`, { cause: error });
}

/** Flushes a folder's entries, so that a rename or removal in it survives a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders and flushes their entries itself.
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
