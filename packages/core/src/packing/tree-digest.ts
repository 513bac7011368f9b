import { createHash } from 'node:crypto';
import { sortedBytewise } from './entry-order.js';
import { FileHasher } from './file-hasher.js';
import { modeOf, type FileEntry, type Tree, type TreeEntry } from './tree.js';

/**
 * The version of everything that decides which bytes a tree is packed into, apart from the compressor: the order of
 * entries and their headers. Raise it with any such change, since a tree that was published
 * under another version must not be taken for the same.
 */
export const PACKING_FORMAT = 1;

const TEXT_AT_ONCE = 64 * 1024;

/** A tree digest as it is written everywhere: `tree1:` and 64 lower-case hexadecimal digits; 1 is the packing format. */
export type TreeDigest = `tree${number}:${string}`;

/** One entry as a tree digest sees it. */
export interface DigestedEntry {
  readonly path: string;
  readonly kind: TreeEntry['kind'];
  readonly mode: number;
  /** The SHA-256 of a file's content in hexadecimal, a link's target, or empty for a directory. */
  readonly content: string;
}

/** The digest of a tree from its entries, in any order. Fields end in NUL, which neither a path nor a target can hold. */
export function treeDigestOf(entries: readonly DigestedEntry[]): TreeDigest {
  const sum = createHash('sha256');
  let text = `holdfast tree ${PACKING_FORMAT}\0`;
  for (const entry of sortedBytewise(entries)) {
    text += `${entry.path}\0${entry.kind}\0${entry.mode.toString(8)}\0${entry.content}\0`;
    // One call for each entry would take longer than the digest.
    if (text.length > TEXT_AT_ONCE) {
      sum.update(text);
      text = '';
    }
  }
  sum.update(text);
  return `tree${PACKING_FORMAT}:${sum.digest('hex')}`;
}

/**
 * The tree digest of what is on disk now: the one that {@link packTree} would give, without packing.
 * Reads every file once; throws `conflict` when one is not as the tree says, `access-denied` when one may not be read.
 */
export async function digestTree(tree: Tree): Promise<TreeDigest> {
  return treeDigestOfContents(tree.entries, await hashTree(tree, () => undefined));
}

/** The digest of a tree whose contents are known: for every entry, in the entries' order, a file's SHA-256 in hexadecimal. */
export function treeDigestOfContents(entries: readonly TreeEntry[], contents: readonly string[]): TreeDigest {
  return treeDigestOf(
    entries.map((entry, i) => ({
      path: entry.path,
      kind: entry.kind,
      mode: modeOf(entry),
      content: entry.kind === 'symlink' ? entry.target : contents[i]!,
    })),
  );
}

/**
 * The SHA-256 in hexadecimal of every file of the tree, in the tree's order, and an empty text for what is no file. Reads
 * what is not known already, and throws like {@link digestTree}.
 *
 * @param hasher which was offered the files that are not known, if one was; it is closed
 */
export async function hashTree(
  tree: Tree,
  known: (entry: FileEntry) => string | undefined,
  hasher?: FileHasher,
): Promise<string[]> {
  const contents = tree.entries.map((entry) => (entry.kind === 'file' ? known(entry) : ''));
  const hashing = hasher ?? new FileHasher();
  try {
    if (hasher === undefined) {
      contents.forEach((content, i) => {
        if (content === undefined) {
          hashing.offer(tree.entries[i] as FileEntry);
        }
      });
    }
    const digests = await hashing.finish();
    return contents.map((content, i) => content ?? digests.get(tree.entries[i] as FileEntry)!);
  } finally {
    hashing.close();
  }
}
