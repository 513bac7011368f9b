import { hash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Fingerprints } from './fingerprints.js';
import type { PackIndex } from './pack-index.js';
import { decodePackIndex, encodePackIndex } from './pack-index-file.js';
import { readSealed, writeSealed } from './sealed-file.js';
import { hashTree, treeDigestOfContents, type TreeDigest } from './tree-digest.js';
import type { Tree } from './tree.js';

/** What the files hold, in which version: raise it with any change of their layout. */
const FINGERPRINTS = 'hf-seen2';
const PACKING = 'hf-pack2';

/** A tree whose digest is known. */
export interface RecognisedTree {
  readonly treeDigest: TreeDigest;
  /** The tree with the digests of its contents, so that packing need not read what it can copy. */
  readonly known: () => Tree;
}

/**
 * What this machine remembers of one directory: the fingerprints of its files, and how it was packed last. It may be
 * lost or damaged at any time, and may be used by several processes at once.
 */
export class TreeMemory {
  private readonly file: string;

  /**
   * @param folder where to remember; it is made when needed
   * @param root the directory, which must exist
   */
  constructor(folder: string, root: string) {
    this.file = join(folder, 'trees', hash('sha256', realpathSync(root), 'hex'));
  }

  /**
   * The digest of a tree that was just read from the directory: what `digestTree` gives, without reading the files
   * whose size, times and inode are what they were. Throws like `digestTree`.
   */
  async recognise(tree: Tree): Promise<RecognisedTree> {
    const before = this.fingerprints();
    const unchanged = before?.digestOf(tree);
    if (before !== undefined && unchanged !== undefined) {
      return {
        treeDigest: unchanged,
        known: () => withContents(tree, (i) => before.contentOf(tree.entries[i]!)),
      };
    }
    const begunAt = Date.now();
    const contents = await hashTree(tree, (entry) => before?.contentOf(entry));
    const treeDigest = treeDigestOfContents(tree, contents);
    const now = Fingerprints.of(tree, contents, treeDigest, begunAt);
    writeSealed(`${this.file}.seen`, FINGERPRINTS, now.encode());
    return { treeDigest, known: () => withContents(tree, (i) => contents[i]) };
  }

  /** How the directory was packed when {@link keepPacking} was last called. */
  lastPacking(): PackIndex | undefined {
    const body = readSealed(`${this.file}.pack`, PACKING);
    return body === undefined ? undefined : decodePackIndex(body);
  }

  keepPacking(index: PackIndex): void {
    writeSealed(`${this.file}.pack`, PACKING, encodePackIndex(index));
  }

  private fingerprints(): Fingerprints | undefined {
    const body = readSealed(`${this.file}.seen`, FINGERPRINTS);
    return body === undefined ? undefined : Fingerprints.decode(body, Date.now());
  }
}

function withContents(tree: Tree, contentAt: (i: number) => string | undefined): Tree {
  const entries = tree.entries.map((entry, i) => {
    const sha256 = entry.kind === 'file' ? contentAt(i) : undefined;
    return sha256 === undefined ? entry : { ...entry, sha256 };
  });
  return { entries };
}
