import { hash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './file-errors.js';
import { hashFiles } from './file-hasher.js';
import { Fingerprints } from './fingerprints.js';
import { lookAgain, type SeenAgain } from './look-again.js';
import type { PackIndex } from './pack-index.js';
import { decodePackIndex, encodePackIndex } from './pack-index-file.js';
import { readAndHash } from './read-and-hash.js';
import { readTree } from './read-tree.js';
import { readSealed, writeSealed } from './sealed-file.js';
import { hashTree, treeDigestOfContents, type TreeDigest } from './tree-digest.js';
import type { AskForShape } from './tree-shape.js';
import type { FileEntry, Tree } from './tree.js';

/** What the files hold, in which version: raise it with any change of their layout. */
const FINGERPRINTS = 'hf-seen5';
const PACKING = 'hf-pack4';

/** A tree as it is now. */
export interface RecognisedTree {
  /** Undefined when nobody published a tree of this shape, so that it is only known once it is packed. */
  readonly treeDigest: TreeDigest | undefined;
  /** The tree with the digests of its contents as far as they are known, so that packing need not read what it can copy. */
  readonly known: () => Tree;
  /** To be told what the tree was packed to where its digest is undefined, so that it is recognised the next time. */
  readonly learn?: (packed: Packed) => void;
}

/** What packing tells of a tree. */
interface Packed {
  readonly treeDigest: TreeDigest;
  readonly index: PackIndex;
}

/**
 * What this machine remembers of one directory: the fingerprints of its files, and how it was packed last. It may be
 * lost or damaged at any time, and may be used by several processes at once.
 */
export class TreeMemory {
  private readonly top: string;
  private readonly file: string;

  /**
   * @param folder where to remember; it is made when needed
   * @param root the directory; throws `not-found` when it does not exist
   */
  constructor(
    folder: string,
    private readonly root: string,
  ) {
    this.top = realPath(root);
    this.file = join(folder, 'trees', hash('sha256', this.top, 'hex'));
  }

  /**
   * The digest of the directory as it is now: what `digestTree` gives, without reading the files whose size, times and
   * inode are what they were. Throws like `readTree` and `digestTree`.
   *
   * @param mayBeKnown is asked of a large directory that nothing is remembered of
   */
  async recognise(mayBeKnown: AskForShape = () => Promise.resolve(true)): Promise<RecognisedTree> {
    const before = this.fingerprints();
    const begunAt = Date.now();
    if (before === undefined) {
      return this.readAll(begunAt, mayBeKnown);
    }
    const again = lookAgain(before, this.top, begunAt);
    if (again === undefined) {
      return this.compare(readTree(this.root), before, begunAt);
    }
    if (again.changed.length > 0) {
      return this.rememberChanges(before, again, begunAt);
    }
    const { treeDigest } = before;
    if (again.touched.size > 0) {
      this.keepFingerprints(before.after(new Map(), again.touched, treeDigest, begunAt));
    }
    return { treeDigest, known: () => ({ entries: again.entries(), treeDigest }) };
  }

  /** Of nothing that is known, contents are read while the directory is. */
  private async readAll(begunAt: number, mayBeKnown: AskForShape): Promise<RecognisedTree> {
    const { tree, contents } = await readAndHash(this.root, mayBeKnown);
    if (contents !== undefined) {
      return this.remember(tree, contents, begunAt);
    }
    const learn = ({ treeDigest, index }: Packed): void => {
      const packed = new Map(index.entries.map(({ path, content }) => [path, content]));
      const found = tree.entries.map(({ path }) => packed.get(path)!);
      this.keepFingerprints(Fingerprints.of(tree, found, treeDigest, begunAt));
    };
    return { treeDigest: undefined, known: () => tree, learn };
  }

  private async compare(tree: Tree, before: Fingerprints, begunAt: number): Promise<RecognisedTree> {
    const unchanged = before.digestOf(tree);
    // Without ignore rules only the listings can be others, by which the directory is recognised the next time.
    if (unchanged !== undefined && tree.listings === undefined) {
      return {
        treeDigest: unchanged,
        known: () => withContents(tree, unchanged, (i) => before.contentOf(tree.entries[i]!)),
      };
    }
    return this.remember(tree, await hashTree(tree, (entry) => before.contentOf(entry)), begunAt);
  }

  private remember(tree: Tree, contents: readonly string[], begunAt: number): RecognisedTree {
    const treeDigest = treeDigestOfContents(tree.entries, (i) => contents[i]!);
    this.keepFingerprints(Fingerprints.of(tree, contents, treeDigest, begunAt));
    return { treeDigest, known: () => withContents(tree, treeDigest, (i) => contents[i]) };
  }

  private async rememberChanges(
    before: Fingerprints,
    again: SeenAgain,
    begunAt: number,
  ): Promise<RecognisedTree> {
    const entries = again.entries();
    const files = again.changed.map((i) => entries[i] as FileEntry);
    const digests = await hashFiles(files);
    const changed = new Map(
      again.changed.map((i, place) => [i, { ...files[place]!, sha256: digests.get(files[place]!)! }]),
    );
    for (const [i, entry] of changed) {
      entries[i] = entry;
    }
    const treeDigest = treeDigestOfContents(entries, (i) => (entries[i] as FileEntry).sha256!);
    this.keepFingerprints(before.after(changed, again.touched, treeDigest, begunAt));
    return { treeDigest, known: () => ({ entries, treeDigest }) };
  }

  /** How the directory was packed when {@link keepPacking} was last called. */
  lastPacking(): PackIndex | undefined {
    const body = readSealed(`${this.file}.pack`, PACKING);
    return body === undefined ? undefined : decodePackIndex(body);
  }

  keepPacking(index: PackIndex): void {
    writeSealed(`${this.file}.pack`, PACKING, encodePackIndex(index));
  }

  private keepFingerprints(now: Fingerprints): void {
    writeSealed(`${this.file}.seen`, FINGERPRINTS, now.encode());
  }

  private fingerprints(): Fingerprints | undefined {
    const body = readSealed(`${this.file}.seen`, FINGERPRINTS);
    return body === undefined ? undefined : Fingerprints.decode(body, Date.now());
  }
}

function realPath(root: string): string {
  try {
    return realpathSync(root);
  } catch (error) {
    throw fileError('read', root, error);
  }
}

function withContents(
  tree: Tree,
  treeDigest: TreeDigest,
  contentAt: (i: number) => string | undefined,
): Tree {
  const entries = tree.entries.map((entry, i) => {
    const sha256 = entry.kind === 'file' ? contentAt(i) : undefined;
    return sha256 === undefined ? entry : { ...entry, sha256 };
  });
  return { entries, treeDigest };
}
