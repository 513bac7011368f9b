import { FileHasher } from './file-hasher.js';
import { readTree } from './read-tree.js';
import { treeDigestOfContents, type TreeDigest } from './tree-digest.js';
import { shapeOf, type AskForShape, type TreeShape } from './tree-shape.js';
import type { FileEntry, Tree } from './tree.js';

/** A directory as it is now. */
export interface ReadDirectory {
  readonly tree: Tree;
  /** What `hashTree` gives for it. Undefined when nobody published a tree of this shape, so that its digest tells nothing before it is packed. */
  readonly contents: readonly string[] | undefined;
}

/**
 * Reads a directory, and its contents at the same time, in less time than one after the other takes. Throws like `readTree` and `digestTree`.
 *
 * @param mayBeKnown is asked once the directory is read, while its contents are
 */
export async function readAndHash(root: string, mayBeKnown: AskForShape): Promise<ReadDirectory> {
  const hasher = new FileHasher();
  try {
    const tree = readTree(root, (entry) => hasher.offer(entry));
    const shape = shapeOf(tree);
    if (shape !== undefined) {
      void unlessKnown(shape, mayBeKnown, () => hasher.giveUp());
    }
    const digests = await hasher.finish();
    return { tree, contents: digests && tree.entries.map((entry) => digests.get(entry as FileEntry) ?? '') };
  } finally {
    hasher.close();
  }
}

async function unlessKnown(shape: TreeShape, mayBeKnown: AskForShape, act: () => void): Promise<void> {
  try {
    if (!(await mayBeKnown(shape))) {
      act();
    }
  } catch {
    // Asking for the tree by its digest will meet the same failure, and says what it is.
  }
}

/** A directory as it is now, and its digest unless nobody published a tree of this shape. Throws like {@link readAndHash}. */
export async function digestDirectory(
  root: string,
  mayBeKnown: AskForShape,
): Promise<{ tree: Tree; treeDigest: TreeDigest | undefined }> {
  const { tree, contents } = await readAndHash(root, mayBeKnown);
  return { tree, treeDigest: contents && treeDigestOfContents(tree.entries, (i) => contents[i]!) };
}
