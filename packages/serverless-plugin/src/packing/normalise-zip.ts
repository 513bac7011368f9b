import { packTree, type Tree, type TreeEntry } from '@holdfast/core/packing';
import { HoldfastError, quote } from '@holdfast/core';
import { readFile } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { fromBufferPromise, type Entry } from 'yauzl';
import { isBytecode, isUselessBytecode } from './bytecode.js';

const TYPE_MASK = 0o170000;
const LINK_TYPE = 0o120000;
const STORED = 0;

/** Lambda takes no more than 250 MB unzipped; this leaves room. */
const MAX_UNZIPPED = 1024 * 1024 * 1024;

/**
 * Packs the contents of a zip anew, in its place, as Holdfast packs: the same files and modes give the same bytes, whichever host or
 * packer made the zip and whenever.
 *
 * Throws `corrupt` for what is no sound zip, and `invalid-input` for one with names that a zip should not have.
 */
export async function normaliseZip(file: string): Promise<void> {
  await packTree(await readZip(file), file);
}

async function readZip(file: string): Promise<Tree> {
  const bytes = await readFile(file);
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    const entries = new Map<string, TreeEntry>();
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      total += entry.uncompressedSize;
      if (total > MAX_UNZIPPED) throw new Error('it holds more than 1 GiB');
      const read = readEntry(bytes, entry);
      if (isUseless(read)) continue;
      // Of two entries with one name the later one counts, as for whoever unzips it.
      entries.set(read.path, read);
    }
    return { entries: withoutImplied([...entries.values()]) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('corrupt', `${quote(file)} is not a sound zip: ${why}`, { cause });
  }
}

function readEntry(bytes: Buffer, entry: Entry): TreeEntry {
  const path = entry.fileName.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (entry.fileName.endsWith('/')) return { kind: 'directory', path };
  const content = contentOf(bytes, entry);
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & TYPE_MASK) === LINK_TYPE) return { kind: 'symlink', path, target: content.toString('utf8') };
  const source = { bytes: content };
  return { kind: 'file', path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, size: content.length, source };
}

function isUseless(entry: TreeEntry): boolean {
  if (entry.kind !== 'file' || !isBytecode(entry.path)) return false;
  return isUselessBytecode((entry.source as { readonly bytes: Buffer }).bytes);
}

function contentOf(bytes: Buffer, entry: Entry): Buffer {
  const header = entry.relativeOffsetOfLocalHeader;
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const data = bytes.subarray(start, start + entry.compressedSize);
  const content =
    entry.compressionMethod === STORED
      ? data
      : inflateRawSync(data, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
  if (content.length !== entry.uncompressedSize || crc32(content) !== entry.crc32) {
    throw new Error(`entry ${quote(entry.fileName)} is damaged`);
  }
  return content;
}

/** Folders that hold something are implied by what they hold. */
function withoutImplied(entries: readonly TreeEntry[]): TreeEntry[] {
  const implied = new Set<string>();
  for (const { path } of entries) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      implied.add(path.slice(0, at));
  }
  return entries.filter(({ kind, path }) => path !== '' && !(kind === 'directory' && implied.has(path)));
}
