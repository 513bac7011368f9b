import { HoldfastError, quote } from '@holdfast/core';
import { packTree, type TreeEntry } from '@holdfast/core/packing';
import { closeSync, lstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { normalize, relative, resolve, sep } from 'node:path';
import { BYTECODE_HEADER, isBytecode, isUselessBytecode } from './bytecode.js';

/** What a host wants zipped: paths relative to the service's folder or absolute, and what their names in the zip leave out. */
export interface FilesToPack {
  readonly serviceDir: string;
  readonly files: readonly string[];
  readonly prefix?: string | undefined;
}

/**
 * Packs files as Holdfast packs, under the names and with the modes that the hosts give them; links are followed, as there. The same bytes
 * as when the host zips them and {@link normaliseZip} packs that anew. Returns the digest of the zip.
 */
export async function packFiles(what: FilesToPack, destination: string): Promise<string> {
  const { digest } = await packTree({ entries: entriesOf(what) }, destination);
  return digest;
}

function entriesOf({ serviceDir, files, prefix }: FilesToPack): TreeEntry[] {
  const entries = new Map<string, TreeEntry>();
  // Of two files with one name the later one counts, as for whoever unzips what the host writes.
  for (const path of [...new Set(files.map(normalize))].sort()) {
    const name = nameInZip(prefix === undefined ? path : relative(prefix, path));
    const entry = entryOf(name, resolve(serviceDir, path));
    if (entry !== undefined) entries.set(name, entry);
  }
  return [...entries.values()];
}

/** Files beside the service's folder stand at the top of the zip. */
function nameInZip(path: string): string {
  const segments = path.split(sep).filter((segment) => segment !== '' && segment !== '.');
  const first = segments.findIndex((segment) => segment !== '..');
  return segments.slice(first).join('/');
}

function entryOf(path: string, file: string): TreeEntry | undefined {
  try {
    return readEntry(path, file);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('unavailable', `${quote(file)} cannot be read: ${why}`, { cause });
  }
}

function readEntry(path: string, file: string): TreeEntry | undefined {
  const found = lstatSync(file);
  const linked = found.isSymbolicLink();
  const { mode, size } = linked ? statSync(file) : found;
  const source = { file: linked ? realpathSync(file) : file };
  if (isBytecode(path) && isUselessBytecode(beginningOf(source.file))) return undefined;
  // Windows knows no executable files; the hosts make all of them so there.
  const executable = (mode & 0o100) !== 0 || process.platform === 'win32';
  return { kind: 'file', path, mode: executable ? 0o755 : 0o644, size, source };
}

function beginningOf(file: string): Buffer {
  const fd = openSync(file, 'r');
  try {
    const header = Buffer.alloc(BYTECODE_HEADER);
    return header.subarray(0, readSync(fd, header, 0, BYTECODE_HEADER, 0));
  } finally {
    closeSync(fd);
  }
}
