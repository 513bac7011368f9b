import { createHash } from 'node:crypto';
import { isSortedBytewise, sortedBytewise } from './entry-order.js';
import { hashFiles } from './file-hasher.js';
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

/** The digest of a tree from its entries, in any order. */
export function treeDigestOf(entries: readonly DigestedEntry[]): TreeDigest {
  const sum = new TreeSum();
  for (const { path, kind, mode, content } of sortedBytewise(entries)) {
    sum.add(path, kind, mode, content);
  }
  return sum.digest();
}

/** Of entries that come in order. Fields end in NUL, which neither a path nor a target can hold. */
class TreeSum {
  private readonly sum = createHash('sha256');
  private text = `holdfast tree ${PACKING_FORMAT}\0`;

  add(path: string, kind: TreeEntry['kind'], mode: number, content: string): void {
    this.text += `${path}\0${kind}\0${mode.toString(8)}\0${content}\0`;
    // One call for each entry would take longer than the digest.
    if (this.text.length > TEXT_AT_ONCE) {
      this.sum.update(this.text);
      this.text = '';
    }
  }

  digest(): TreeDigest {
    this.sum.update(this.text);
    return `tree${PACKING_FORMAT}:${this.sum.digest('hex')}`;
  }
}

/**
 * The tree digest of what is on disk now: the one that {@link packTree} would give, without packing.
 * Reads every file once; throws `conflict` when one is not as the tree says, `access-denied` when one may not be read.
 */
export async function digestTree(tree: Tree): Promise<TreeDigest> {
  const contents = await hashTree(tree, () => undefined);
  return treeDigestOfContents(tree.entries, (i) => contents[i]!);
}

/**
 * The digest of a tree whose contents are known.
 *
 * @param contentAt gives the SHA-256 in hexadecimal of the file in a place among the entries
 */
export function treeDigestOfContents(
  entries: readonly TreeEntry[],
  contentAt: (i: number) => string,
): TreeDigest {
  const contentOf = (entry: TreeEntry, i: number): string => {
    switch (entry.kind) {
      case 'file':
        return contentAt(i);
      case 'symlink':
        return entry.target;
      case 'directory':
        return '';
    }
  };
  if (!isSortedBytewise(entries)) {
    return treeDigestOf(
      entries.map((entry, i) => ({
        path: entry.path,
        kind: entry.kind,
        mode: modeOf(entry),
        content: contentOf(entry, i),
      })),
    );
  }
  const sum = new TreeSum();
  entries.forEach((entry, i) => sum.add(entry.path, entry.kind, modeOf(entry), contentOf(entry, i)));
  return sum.digest();
}

/**
 * The SHA-256 in hexadecimal of every file of the tree, in the tree's order, and an empty text for what is no file. Reads
 * what is not known already, and throws like {@link digestTree}.
 */
export async function hashTree(
  tree: Tree,
  known: (entry: FileEntry) => string | undefined,
): Promise<string[]> {
  const contents = tree.entries.map((entry) => (entry.kind === 'file' ? known(entry) : ''));
  const unknown = tree.entries.filter((_, i) => contents[i] === undefined) as FileEntry[];
  const digests = await hashFiles(unknown);
  return contents.map((content, i) => content ?? digests.get(tree.entries[i] as FileEntry)!);
}
