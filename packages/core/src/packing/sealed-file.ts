import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writevSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

const KIND_BYTES = 8;
const SEAL_BYTES = 8;
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
  const expected = sealOf(kind, body);
  return bytes.subarray(0, expected.length).equals(expected) ? body : undefined;
}

/**
 * What stands in front: the kind, and CRC-32 and length of what follows. They are against accidents. Whoever may write to the cache may also
 * write another seal; a cryptographic digest would take a thirtieth of the time in which an unchanged tree is recognised.
 */
function sealOf(kind: string, body: Uint8Array): Buffer {
  const seal = Buffer.alloc(KIND_BYTES + SEAL_BYTES, ' ');
  seal.write(kind.slice(0, KIND_BYTES), 'latin1');
  seal.writeUInt32LE(crc32(body), KIND_BYTES);
  seal.writeUInt32LE(body.length % 2 ** 32, KIND_BYTES + 4);
  return seal;
}

/**
 * Writes a file beside and renames it, so that others read the old or the new one as a whole, or for a moment none; of several writers the
 * last one wins. It is not flushed to the disk: what a crash leaves half-written does not carry its seal.
 * Does nothing when the file cannot be written, since the next run only takes longer then.
 *
 * @param kind eight ASCII characters: what it holds and in which version
 */
export function writeSealed(file: string, kind: string, body: Uint8Array): void {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeNew(unfinished, [sealOf(kind, body), body]);
    // Renaming over a file would have ext4 write the new one to the disk at once (its mount option auto_da_alloc).
    discard(file);
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

function writeNew(file: string, parts: readonly Uint8Array[]): void {
  const fd = openSync(file, 'wx', 0o600);
  try {
    // What the disk had no room for is missed when it is read.
    writevSync(fd, parts);
  } finally {
    closeSync(fd);
  }
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
