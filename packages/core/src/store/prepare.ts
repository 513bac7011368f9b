import { randomUUID } from 'node:crypto';
import { createReadStream, lstatSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { checkArtifactId, checkDigest, checkRepositoryName, quote, type Digest } from '../arn/index.js';
import { HoldfastError, isHoldfastError } from '../errors.js';
import type { Actor, ByteSource, FoundVersion, KnownTree } from '../ports/index.js';
import type { ScratchSource } from '../ports/scratch-source.js';
import { systemErrorCode } from '../system-errors.js';
import type { StoreContext } from './context.js';
import { mapBounded } from './bounded.js';
import { readDirectory, readSingleFile, type ReadTree } from './directory.js';
import { hashBytes, hashFile, hashStream, type Hashed } from './hashing.js';
import { LookAhead } from './look-ahead.js';
import type { PublishInput } from './types.js';
import { checkDescription } from './validation.js';

/** A content that is about to be published: its digest, and where its bytes are if they have to move. */
export interface Prepared {
  readonly input: PublishInput;
  readonly repository: string;
  readonly digest: Digest;
  /** Absent when the content is expected to be stored already. */
  readonly source?: ByteSource;
  readonly size: number;
  readonly treeDigest?: string | undefined;
  /** Of a tree that was packed, by which others like it are looked for first. */
  readonly treeShape?: string | undefined;
  /** Packs a tree that was recognised, should its content be gone. */
  readonly pack?: () => Promise<Prepared>;
  /** The artifact's live version of this very content, where the first look found it. */
  readonly existing?: FoundVersion;
  /** Packed because nobody published its tree before: very likely no version has its content. */
  readonly fresh?: true;
  /** For a version of another store: its ARN, and who published it there and when. */
  readonly copied?: { readonly from: string; readonly actor: Actor };
}

/** Files in the scratch folder that go when the work is over. */
export class Scratch {
  readonly #files: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  file(): string {
    const file = join(this.#folder, `publish-${randomUUID()}`);
    this.#files.push(file);
    return file;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#files.map((file) => rm(file, { force: true })));
  }
}

/** A tree that is packed only if its content is not known, which it is certainly not where its digest is undefined. */
interface UnpackedTree extends About {
  readonly treeDigest: string | undefined;
  readonly pack: () => Promise<Prepared>;
}

/** How many inputs are read or packed at once; packing itself uses all processors. */
const AT_ONCE = 4;

/**
 * Finds out what there is to publish: reads it, packs what is new, and takes the digests. A tree that anyone published to the
 * repository before is recognised by its digest, all of them with one look, and not packed. That look is for other inputs, too, and for what
 * is published after them.
 */
export async function prepareAll(
  context: StoreContext,
  inputs: readonly PublishInput[],
  scratch: Scratch,
  ahead = new LookAhead([]),
): Promise<Prepared[]> {
  const read = await mapBounded(inputs, AT_ONCE, (input) => readInput(context, input, scratch));
  const known = await findKnown(context, read, ahead);
  return mapBounded(read, AT_ONCE, async (item): Promise<Prepared> => {
    if (!isTree(item)) {
      const existing = ahead.newestOf(item.repository, item.input.id);
      return existing?.digest === item.digest ? { ...item, existing } : item;
    }
    const content = known.get(item);
    if (content === undefined) return { ...(await item.pack()), fresh: true };
    const { version: existing, digest, size } = content;
    return { ...item, digest, size, ...(existing === undefined ? {} : { existing }) };
  });
}

const isTree = (item: Prepared | UnpackedTree): item is UnpackedTree => !('digest' in item);

async function findKnown(
  context: StoreContext,
  items: readonly (Prepared | UnpackedTree)[],
  ahead: LookAhead,
) {
  const { catalog } = context.engine;
  const known = new Map<UnpackedTree, KnownTree>();
  for (const [repository, own] of Map.groupBy(items, (item) => item.repository)) {
    const trees = own.filter(isTree).filter(({ treeDigest }) => treeDigest !== undefined);
    if (trees.length === 0) continue;
    const others = own.filter((item) => !isTree(item)).map(({ input }) => input.id);
    const [, found] = await Promise.all([
      lookAhead(context, repository, [...new Set([...others, ...ahead.take(repository)])], ahead),
      catalog.findTrees(
        repository,
        trees.map(({ treeDigest }) => treeDigest!),
        trees.map(({ input }) => input.id),
      ),
    ]);
    for (const [i, tree] of trees.entries()) if (found[i] !== undefined) known.set(tree, found[i]);
  }
  return known;
}

/** Begins in the same turn as the look for trees, which it is a part of where an engine can. */
async function lookAhead(
  { engine: { catalog } }: StoreContext,
  repository: string,
  ids: readonly string[],
  ahead: LookAhead,
): Promise<void> {
  if (ids.length === 0) return;
  for (const version of (await catalog.newestVersions?.(repository, ids)) ?? [])
    if (version !== undefined) ahead.note(version, version);
}

async function readInput(
  context: StoreContext,
  input: PublishInput,
  scratch: Scratch,
): Promise<Prepared | UnpackedTree> {
  checkArtifactId(input.id);
  checkDescription(input);
  const about = { input, repository: checkRepositoryName(input.repository ?? 'default') };
  const { source } = input;
  switch (source.kind) {
    case 'digest':
      return { ...about, digest: checkDigest(source.digest), size: 0 };
    case 'bytes':
      return {
        ...about,
        ...hashBytes(source.bytes),
        source: { open: () => Readable.from([source.bytes]) },
      };
    case 'stream': {
      const file = scratch.file();
      return { ...about, ...(await spool(source.stream, file)), source: scratchSource(file) };
    }
    case 'path':
      if (isDirectory(source.path)) {
        const directory = await readDirectory(context, source.path, about.repository);
        return unpackedTree(context, about, source.path, directory, scratch);
      }
      return source.zip === true
        ? unpackedTree(context, about, source.path, await readSingleFile(context, source.path), scratch)
        : prepareFile(context, about, source.path);
  }
}

async function spool(stream: Readable, file: string): Promise<Hashed> {
  try {
    return await hashStream(stream, file);
  } catch (error) {
    if (isHoldfastError(error)) throw error;
    throw new HoldfastError('unavailable', 'the stream to publish failed before its end', { cause: error });
  }
}

type About = Pick<Prepared, 'input' | 'repository'>;

async function prepareFile(context: StoreContext, about: About, path: string): Promise<Prepared> {
  const hashed = await readable(path, () => hashFile(path));
  context.onEvent({ type: 'hashed', path, bytes: hashed.size });
  return { ...about, ...hashed, source: fileSource(path) };
}

function unpackedTree(
  context: StoreContext,
  about: About,
  path: string,
  tree: ReadTree,
  scratch: Scratch,
): UnpackedTree {
  const { treeDigest } = tree;
  const pack = async (): Promise<Prepared> => {
    const file = scratch.file();
    const packed = await tree.pack(file);
    context.onEvent({ type: 'packed', path, entries: packed.entries, bytes: packed.size });
    return { ...about, ...packed, source: scratchSource(file) };
  };
  return { ...about, treeDigest, pack };
}

function fileSource(path: string): ByteSource & { readonly size: number } {
  return { size: statSync(path).size, open: () => createReadStream(path, { highWaterMark: 128 * 1024 }) };
}

/** A file that was digested while this process wrote it to the scratch folder. */
function scratchSource(file: string): ScratchSource {
  const source = fileSource(file);
  return { size: source.size, open: () => source.open(), scratchFile: file };
}

function isDirectory(path: string): boolean {
  const stats = statOf(path);
  if (stats.isDirectory()) return true;
  if (stats.isFile()) return false;
  throw new HoldfastError('invalid-input', `${quote(path)} is neither a file nor a directory`);
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const dangling = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    const why = dangling ? 'is a symbolic link to nothing' : 'does not exist';
    return new HoldfastError('invalid-input', `${quote(path)} ${why}`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new HoldfastError('access-denied', `${quote(path)} cannot be read: permission denied`, {
      cause: error,
    });
  }
  return code === ''
    ? error
    : new HoldfastError('unavailable', `${quote(path)} cannot be read (${code})`, { cause: error });
}
