import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { fileError, systemCode } from './file-errors.js';
import { decodeName } from './names.js';
import { treeDigestOf, type DigestedEntry, type TreeDigest } from './tree-digest.js';
import { DIRECTORY_TYPE, FILE_TYPE, LINK_TYPE, TYPE_MASK } from './zip-format.js';

/** Contents up to here are read at once. */
const SMALL = 1024 * 1024;

const STORED = 0;

/**
 * Computes a tree digest again from a zip, reading and checking all of its contents with bounded memory.
 * For every zip that {@link packTree} made in this packing format it is the tree digest that packing gave.
 *
 * Throws `corrupt`, naming the entry, for what is not a sound zip; `not-found`, `access-denied` or `unavailable` when the
 * file cannot be read.
 */
export async function treeDigestOfZip(file: string): Promise<TreeDigest> {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    throw fileError('read', file, error);
  }
  let zip: ZipFile | undefined;
  try {
    // Loaded when needed: publishing does without.
    const [{ fromRandomAccessReaderPromise }, { ZipFileReader }] = await Promise.all([
      import('yauzl'),
      import('./zip-file-reader.js'),
    ]);
    zip = await fromRandomAccessReaderPromise(new ZipFileReader(fd), fstatSync(fd).size, {
      lazyEntries: true,
      decodeStrings: false,
      autoClose: false,
    });
    const entries: DigestedEntry[] = [];
    for await (const entry of zip.eachEntry()) {
      entries.push(await digestEntry(zip, fd, entry));
    }
    return treeDigestOf(entries);
  } catch (error) {
    const known = fileError('read', file, error);
    if (known instanceof HoldfastError) {
      throw known;
    }
    throw new HoldfastError('corrupt', `${quote(file)} is not a sound zip: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    closeSync(fd);
  }
}

async function digestEntry(zip: ZipFile, fd: number, entry: Entry): Promise<DigestedEntry> {
  const name = decodeName(entry.fileNameRaw, 'the name of an entry');
  const unixMode = entry.externalFileAttributes >>> 16;
  const mode = unixMode & 0o7777;
  try {
    switch (unixMode & TYPE_MASK) {
      case FILE_TYPE:
        return { path: name, kind: 'file', mode, content: await digestContent(zip, fd, entry) };
      case LINK_TYPE: {
        const target = decodeName(readSmall(fd, entry), `the target of symbolic link ${quote(name)}`);
        return { path: name, kind: 'symlink', mode, content: target };
      }
      case DIRECTORY_TYPE:
        return { path: name.replace(/\/$/, ''), kind: 'directory', mode, content: '' };
      default:
        throw new Error('it has no Unix file type');
    }
  } catch (error) {
    if (systemCode(error) !== undefined) {
      throw error;
    }
    throw new HoldfastError('corrupt', `entry ${quote(name)} of the zip is not sound: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function digestContent(zip: ZipFile, fd: number, entry: Entry): Promise<string> {
  if (entry.uncompressedSize <= SMALL) {
    return hash('sha256', readSmall(fd, entry), 'hex');
  }
  const sum = createHash('sha256');
  let check = 0;
  const stream = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sum.update(chunk);
    check = crc32(chunk, check);
  }
  assertCrc(entry, check);
  return sum.digest('hex');
}

/** Reads an entry that says to fit into memory. Streams cost more than all else where contents are small. */
function readSmall(fd: number, entry: Entry): Buffer {
  if (entry.uncompressedSize > SMALL || entry.compressedSize > 2 * SMALL) {
    throw new Error('its sizes do not fit together');
  }
  const header = readRange(fd, entry.relativeOffsetOfLocalHeader, 30);
  const start = entry.relativeOffsetOfLocalHeader + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const data = readRange(fd, start, entry.compressedSize);
  const content =
    entry.compressionMethod === STORED ? data : inflateRawSync(data, { maxOutputLength: SMALL });
  if (content.length !== entry.uncompressedSize) {
    throw new Error('it has another size than the zip says');
  }
  assertCrc(entry, crc32(content));
  return content;
}

function readRange(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(fd, bytes, done, length - done, from + done);
    if (count === 0) {
      throw new Error('the file is cut off');
    }
    done += count;
  }
  return bytes;
}

function assertCrc(entry: Entry, check: number): void {
  if (check !== entry.crc32) {
    throw new Error('its checksum is wrong');
  }
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
