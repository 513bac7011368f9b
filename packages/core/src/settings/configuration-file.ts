import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { HoldfastError } from '../errors.js';
import { checkConfiguration, type FileConfiguration } from './configuration.js';

export const CONFIG_FILE = 'holdfast.yaml';

export interface FoundConfiguration {
  /** The folder that relative paths in the file start from. */
  readonly folder: string;
  readonly values: FileConfiguration;
}

/**
 * Reads the nearest `holdfast.yaml`, looking in `cwd` and then in each folder above it.
 *
 * Undefined when there is none. Throws `invalid-input` when there is one that cannot be read or is not valid.
 */
export function findConfiguration(cwd: string): FoundConfiguration | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, CONFIG_FILE);
    const text = readIfThere(file, cwd);
    if (text !== undefined) return { folder, values: checkConfiguration(text, shown(file, cwd)) };
    if (dirname(folder) === folder) return undefined;
  }
}

function readIfThere(file: string, cwd: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HoldfastError('invalid-input', `${shown(file, cwd)} cannot be read (${String(code)})`, {
      cause: error,
    });
  }
}

function shown(file: string, cwd: string): string {
  return relative(cwd, file);
}
