import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeCompiledCode, encodeCompiledCode, type CompiledCode } from './archive.js';

/** A folder with more files loses the half that was written first: of releases that are gone, or made anew in a moment. */
const MAX_FILES = 128;

/**
 * What {@link keepCompiledCode} wrote; undefined when there is nothing that can be relied on. It is run as it is, so that nobody else may
 * have had a hand in it: a folder or file of another user, or that others may write to, counts as none.
 */
export function readCompiledCode(file: string): CompiledCode | undefined {
  try {
    if (!isOwn(dirname(file)) || !isOwn(file)) return undefined;
    return decodeCompiledCode(readFileSync(file));
  } catch {
    return undefined;
  }
}

/**
 * Writes it beside and renames it, after it is on the disk, so that others read the old or the new one as a whole. Does nothing when it
 * cannot be written, since the next run only takes longer then.
 */
export function keepCompiledCode(file: string, code: CompiledCode): void {
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOwn(folder)) return;
    const descriptor = openSync(unfinished, 'wx', 0o600);
    try {
      writeFileSync(descriptor, encodeCompiledCode(code));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(unfinished, file);
    removeOldest(folder);
  } catch {
    discard(unfinished);
  }
}

function isOwn(path: string): boolean {
  const { uid, mode } = statSync(path);
  // Windows has no such modes; there the folder lies in the user's profile.
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MAX_FILES) return;
  const dated = names.map((name) => ({
    path: join(folder, name),
    // Another process may have removed it already.
    at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  dated.sort((a, b) => a.at - b.at);
  for (const { path } of dated.slice(0, names.length - MAX_FILES / 2)) discard(path);
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Whatever kept it from being written may keep it from being removed.
  }
}
