import { hash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const KIND_BYTES = 8;
const SEAL_BYTES = 32;
/** A folder with more files loses the ones that were written first. */
const MAX_FILES = 512;

/**
 * Reads what {@link writeSealed} wrote under the same kind. Undefined when there is nothing that can be relied on: no
 * file, one that cannot be read, that is of another kind or version, cut off, or damaged. Only a cache may be read so:
 * the difference between absence and failure is lost, and costs time only.
 */
export function readSealed(file: string, kind: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  const body = bytes.subarray(KIND_BYTES + SEAL_BYTES);
  const expected = Buffer.concat([kindBytes(kind), hash('sha256', body, 'buffer')]);
  return bytes.subarray(0, expected.length).equals(expected) ? body : undefined;
}

/**
 * Writes a file beside and renames it, so that others read the old or the new one as a whole; of several writers the last
 * one wins. It is not flushed to the disk: what a crash leaves half-written does not carry its seal.
 * Does nothing when the file cannot be written, since the next run only takes longer then.
 *
 * @param kind eight ASCII characters: what it holds and in which version
 */
export function writeSealed(file: string, kind: string, body: Uint8Array): void {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const bytes = Buffer.concat([kindBytes(kind), hash('sha256', body, 'buffer'), body]);
    writeFileSync(unfinished, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(unfinished, file);
    removeOldest(dirname(file));
  } catch {
    discard(unfinished);
  }
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Whatever kept it from being written may keep it from being removed.
  }
}

function kindBytes(kind: string): Buffer {
  return Buffer.from(kind.padEnd(KIND_BYTES).slice(0, KIND_BYTES), 'latin1');
}

function removeOldest(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MAX_FILES) {
    return;
  }
  const dated = names.map((name) => ({
    file: join(folder, name),
    // Another process may have removed it already.
    at: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  for (const { file } of dated.sort((a, b) => a.at - b.at).slice(0, names.length - MAX_FILES / 2)) {
    rmSync(file, { force: true });
  }
}
