import { open, readFile, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';

/** The code of a failed system call; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** Reads a template. Throws `not-found`, `access-denied` or `unavailable` naming the file, and `invalid-input` for bytes that are no UTF-8. */
export async function readTemplateFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new HoldfastError('not-found', `there is no template ${quote(file)}`, { cause });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new HoldfastError('access-denied', `the template ${quote(file)} may not be read`, { cause });
    }
    if (code === 'EISDIR') {
      throw new HoldfastError('invalid-input', `the template ${quote(file)} is a folder`, { cause });
    }
    throw new HoldfastError(
      'unavailable',
      `the template ${quote(file)} could not be read (${code ?? 'unknown error'})`,
      { cause },
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new HoldfastError('invalid-input', `the template ${quote(file)} is not UTF-8 text`, { cause });
  }
}

/** Writes a template beside its place, makes it durable and moves it there: a good one is never left half overwritten. */
export async function writeTemplate(file: string, text: string): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true });
    const code = systemCode(cause);
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw new HoldfastError(
      denied ? 'access-denied' : code === 'ENOENT' ? 'not-found' : 'unavailable',
      `the template could not be written to ${quote(file)} (${code ?? 'unknown error'})`,
      { cause },
    );
  }
}
