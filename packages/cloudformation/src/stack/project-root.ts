import { access, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { systemCode } from './template-file.js';

/** What lies in the folder that a project begins with. */
const MARKS = ['.git', 'holdfast.yaml', 'samconfig.toml'];

/**
 * The project that a template belongs to: the nearest folder, from the template's own upwards, with one of {@link MARKS}; the
 * template's own folder when there is none. Without symbolic links.
 */
export async function findProjectRoot(templateFile: string): Promise<string> {
  const own = dirname(await realpath(templateFile));
  for (let folder = own; ; folder = dirname(folder)) {
    for (const mark of MARKS) if (await exists(join(folder, mark))) return folder;
    if (folder === dirname(folder)) return own;
  }
}

/** True for the folder itself and everything below it; both paths without symbolic links. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new HoldfastError(
      'unavailable',
      `${quote(path)} could not be looked for (${code ?? 'unknown error'})`,
      { cause },
    );
  }
}
