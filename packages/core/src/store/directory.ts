import type {
  AskForShape,
  PackOptions,
  PackResult,
  Previous,
  RecognisedTree,
  Tree,
  TreeDigest,
  TreeMemory,
  TreeShape,
} from '../packing/index.js';
import { loadPacking, loadTrees } from './heavy-modules.js';
import type { StoreContext } from './context.js';

/** A directory, or a file to zip, as it is now: its digest, and how to pack it. */
export interface ReadTree {
  /** Undefined when nobody published a tree of this shape, so that packing finds it out. */
  readonly treeDigest: TreeDigest | undefined;
  /** Packs into a file, copying what did not change since the directory was published last, where that costs less. */
  pack(file: string): Promise<PackedTree>;
}

export interface PackedTree extends PackResult {
  /** By which {@link ReadTree.treeDigest} is undefined for other trees: absent for a tree that is small enough to do without. */
  readonly treeShape: TreeShape | undefined;
}

/** Reads a directory, with the help of what this machine remembers of it. Throws like `readTree` and `digestTree`. */
export async function readDirectory(
  context: StoreContext,
  path: string,
  repository: string,
): Promise<ReadTree> {
  const trees = loadTrees();
  const mayBeKnown: AskForShape = (shape) => context.engine.catalog.hasShape(repository, shape);
  if (context.cache === false) {
    const { tree, treeDigest } = await trees.digestDirectory(path, mayBeKnown);
    return { treeDigest, pack: (file) => packShaped(context, tree, file) };
  }
  const memory = new trees.TreeMemory(context.cache ?? trees.cacheFolder(), path);
  const recognised = await memory.recognise(mayBeKnown);
  return {
    treeDigest: recognised.treeDigest,
    pack: (file) => packRemembering(context, repository, memory, recognised, file),
  };
}

/** Reads a file that is to stand alone in a zip. Throws like `treeOfFile` and `digestTree`. */
export async function readSingleFile(context: StoreContext, path: string): Promise<ReadTree> {
  const { digestTree, treeOfFile } = loadTrees();
  const tree = treeOfFile(path);
  return { treeDigest: await digestTree(tree), pack: (file) => packShaped(context, tree, file) };
}

async function packShaped(
  { engine }: StoreContext,
  tree: Tree,
  file: string,
  options: PackOptions = {},
): Promise<PackedTree> {
  // An engine that stores on this machine takes the very file, and flushes it.
  const flush = engine.content.localPath !== undefined;
  const packed = await loadPacking().packTree(tree, file, { ...options, flush });
  return { ...packed, treeShape: loadTrees().shapeOf(tree) };
}

async function packRemembering(
  context: StoreContext,
  repository: string,
  memory: TreeMemory,
  { known, learn }: RecognisedTree,
  file: string,
): Promise<PackedTree> {
  const previous = await findPrevious(context, repository, memory);
  const packed = await packShaped(context, known(), file, previous === undefined ? {} : { previous });
  memory.keepPacking(packed.index);
  learn?.(packed);
  return packed;
}

/** The zip of the last packing, if the store has it on this machine: to fetch it may take longer than to compress. */
async function findPrevious(
  { engine }: StoreContext,
  repository: string,
  memory: TreeMemory,
): Promise<Previous | undefined> {
  if (engine.content.localPath === undefined) return undefined;
  const index = memory.lastPacking();
  if (index === undefined) return undefined;
  const content = await engine.catalog.getContent(repository, index.digest);
  if (content?.state !== 'stored') return undefined;
  return { file: engine.content.localPath(content), index };
}
