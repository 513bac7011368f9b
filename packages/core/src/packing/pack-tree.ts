import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { quote, type Digest } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { compressorName } from './compress.js';
import { inPackingOrder, isSortedBytewise } from './entry-order.js';
import { fileError } from './file-errors.js';
import type { PackedEntry, PackIndex } from './pack-index.js';
import { Packer } from './packer.js';
import { DamagedZipError, PreviousZip, type Previous } from './previous-zip.js';
import { PACKING_FORMAT, treeDigestOfContents, type TreeDigest } from './tree-digest.js';
import type { Tree, TreeEntry } from './tree.js';
import { ZipOutput, type FileSums } from './zip-output.js';

/** From here on a zip that is mostly copied takes longer to digest than a thread takes to start. */
const WORTH_A_THREAD = 32 * 1024 * 1024;
/** The longest name that a zip can hold, in bytes. */
const MAX_NAME = 0xffff;

export interface PackOptions {
  /** How hard to compress, 0 to 9; 6 by default. It changes the digest, but not the tree digest. */
  readonly level?: number;
  /**
   * How many pieces of 2 MiB may be under way, each taking as much memory; four times the number of processors by
   * default. It never changes the result.
   */
  readonly concurrency?: number;
  /** A zip whose unchanged contents are copied instead of compressed again. It never changes the result. */
  readonly previous?: Previous;
  /** Whether the zip goes to the disk while it is made, for somebody who is to flush it later and would have to wait then. */
  readonly flush?: boolean;
}

export interface PackResult {
  /** Of the zip. */
  readonly digest: Digest;
  /** Of the zip, in bytes. */
  readonly size: number;
  /** How many there are. */
  readonly entries: number;
  /** Of the bytes that were packed, which is what {@link digestTree} gives for them. */
  readonly treeDigest: TreeDigest;
  /** For {@link PackOptions.previous} of a later packing. */
  readonly index: PackIndex;
}

/**
 * Packs a tree into a zip. The same tree gives the same bytes, whatever the clock, the time zone, the locale, the umask
 * and the order in which its files were made; see {@link compressorName} for what else they depend on.
 *
 * The destination appears, or is replaced, when it is complete, and is left as it was when packing fails. Memory is
 * bounded whatever the sizes of files; each entry takes some hundred bytes.
 *
 * Throws `conflict`, naming it, when a file is not as the tree says; `access-denied` and `unavailable` when a file or the
 * destination cannot be used; `invalid-input` for a tree that a zip cannot hold or a bad option.
 */
export async function packTree(
  tree: Tree,
  destination: string,
  options: PackOptions = {},
): Promise<PackResult> {
  const level = checkWhole('compression level', options.level ?? 6, 0, 9);
  const concurrency = checkWhole('concurrency', options.concurrency ?? 4 * availableParallelism(), 1, 1024);
  const compressor = compressorName(level);
  const previous = options.previous && PreviousZip.open(options.previous, compressor);
  try {
    const means = { level, concurrency, compressor, flush: options.flush === true };
    const packed = await pack(tree, destination, { ...means, previous });
    // A damaged zip gives what it gives: everything is compressed again.
    return packed ?? (await pack(tree, destination, means))!;
  } finally {
    previous?.close();
  }
}

interface Means {
  readonly level: number;
  readonly concurrency: number;
  readonly compressor: string;
  readonly previous?: PreviousZip | undefined;
  readonly flush: boolean;
}

/** Undefined, with nothing written, when the previous zip turned out not to be what its index says. */
async function pack(tree: Tree, destination: string, means: Means): Promise<PackResult | undefined> {
  const unfinished = `${destination}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const output = openOutput(unfinished, destination, means);
    let packed: Packed;
    try {
      packed = await packInto(output, tree, means);
    } finally {
      await output.close();
    }
    renameSync(unfinished, destination);
    const { entries, treeDigest, sums } = packed;
    const size = output.position;
    const index = { format: PACKING_FORMAT, compressor: means.compressor, ...sums, size, entries };
    return { digest: sums.digest, size, entries: entries.length, treeDigest, index };
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (error instanceof DamagedZipError) {
      return undefined;
    }
    // Reading names its file; what is left concerns the destination.
    throw fileError('write', destination, error);
  }
}

interface Packed {
  readonly entries: readonly PackedEntry[];
  readonly treeDigest: TreeDigest;
  readonly sums: FileSums;
}

/** Throws {@link DamagedZipError} when what was copied must not be used. */
async function packInto(
  output: ZipOutput,
  tree: Tree,
  { level, concurrency, previous }: Means,
): Promise<Packed> {
  checkNames(tree.entries);
  const inOrder = inPackingOrder(tree.entries);
  const packer = new Packer(output, level, concurrency, previous, previous ? 0 : sizeOf(inOrder));
  try {
    const contents: string[] = [];
    for (const entry of inOrder) {
      contents.push(await packer.add(entry));
    }
    // While threads still compress the last.
    const treeDigest =
      tree.treeDigest !== undefined && haveContents(inOrder, contents)
        ? tree.treeDigest
        : treeDigestOfContents(inOrder, (i) => contents[i]!);
    const entries = await packer.finish();
    const finished = output.finish();
    // It may fail before it is awaited; the failure is thrown then.
    finished.catch(() => undefined);
    // While another thread may still digest the output.
    if (previous?.isSound() === false) {
      throw new DamagedZipError();
    }
    return { entries, treeDigest, sums: await finished };
  } finally {
    packer.close();
  }
}

function sizeOf(entries: readonly TreeEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
}

/** Whether what was packed is what was known of the entries, so that the tree's digest is still its. */
function haveContents(entries: readonly TreeEntry[], contents: readonly string[]): boolean {
  return entries.every((entry, i) => entry.kind !== 'file' || entry.sha256 === contents[i]);
}

function openOutput(file: string, destination: string, { previous, flush }: Means): ZipOutput {
  try {
    // Without a previous zip, all processors are compressing.
    const mostlyCopied = previous !== undefined && previous.size >= WORTH_A_THREAD;
    return new ZipOutput(file, { elsewhere: mostlyCopied && availableParallelism() > 1, flush });
  } catch (error) {
    throw fileError('write', destination, error);
  }
}

function checkWhole(what: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new HoldfastError(
      'invalid-input',
      `${what} ${quote(value)} is not a whole number from ${min} to ${max}`,
    );
  }
  return value;
}

function checkNames(entries: readonly TreeEntry[]): void {
  const seen = isSortedBytewise(entries) ? undefined : new Set<string>();
  for (const { path } of entries) {
    if (seen?.has(path) === true) {
      throw new HoldfastError('invalid-input', `the tree has two entries with the path ${quote(path)}`);
    }
    seen?.add(path);
    if (mayBeNotPlain(path) && /(^|\/)\.{0,2}(\/|$)|\0/.test(path)) {
      throw new HoldfastError(
        'invalid-input',
        `the tree has an entry with the path ${quote(path)}, which is not plain`,
      );
    }
    // A UTF-16 unit is at most 3 bytes of UTF-8.
    if (path.length * 3 > MAX_NAME - 1 && Buffer.byteLength(path) > MAX_NAME - 1) {
      throw new HoldfastError(
        'invalid-input',
        `the path ${quote(path)} is longer than ${MAX_NAME - 1} bytes`,
      );
    }
  }
}

/** False for nearly every plain path, in less time than the exact expression takes. */
function mayBeNotPlain(path: string): boolean {
  return (
    path === '' ||
    path.startsWith('.') ||
    path.startsWith('/') ||
    path.endsWith('/') ||
    path.includes('/.') ||
    path.includes('//') ||
    path.includes('\0')
  );
}
