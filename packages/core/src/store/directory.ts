import type { PackResult, Previous, Tree, TreeDigest, TreeMemory } from '../packing/index.js';
import { loadPacking, loadTrees } from './heavy-modules.js';
import type { StoreContext } from './context.js';

/** A directory, or a file to zip, as it is now: its digest, and how to pack it. */
export interface ReadTree {
  readonly treeDigest: TreeDigest;
  /** Packs into a file, copying what did not change since the directory was published last, where that costs less. */
  pack(file: string): Promise<PackResult>;
}

/** Reads a directory, with the help of what this machine remembers of it. Throws like `readTree` and `digestTree`. */
export async function readDirectory(
  context: StoreContext,
  path: string,
  repository: string,
): Promise<ReadTree> {
  const trees = loadTrees();
  if (context.cache === false) {
    const { tree, treeDigest } = await trees.digestDirectory(path);
    return { treeDigest, pack: (file) => loadPacking().packTree(tree, file) };
  }
  const memory = new trees.TreeMemory(context.cache ?? trees.cacheFolder(), path);
  const recognised = await memory.recognise();
  return {
    treeDigest: recognised.treeDigest,
    pack: (file) => packRemembering(context, repository, memory, recognised.known(), file),
  };
}

/** Reads a file that is to stand alone in a zip. Throws like `treeOfFile` and `digestTree`. */
export async function readSingleFile(path: string): Promise<ReadTree> {
  const { digestTree, treeOfFile } = loadTrees();
  const tree = treeOfFile(path);
  return { treeDigest: await digestTree(tree), pack: (file) => loadPacking().packTree(tree, file) };
}

async function packRemembering(
  context: StoreContext,
  repository: string,
  memory: TreeMemory,
  tree: Tree,
  file: string,
): Promise<PackResult> {
  const { packTree } = loadPacking();
  const previous = await findPrevious(context, repository, memory);
  const packed = await packTree(tree, file, previous === undefined ? {} : { previous });
  memory.keepPacking(packed.index);
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
