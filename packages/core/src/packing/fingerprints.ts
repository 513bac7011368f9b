import { endianness } from 'node:os';
import { PACKING_FORMAT, type TreeDigest } from './tree-digest.js';
import type { Tree, TreeEntry } from './tree.js';

/**
 * How much older than the reading of its content a file must be: two seconds, the coarsest time stamps that file systems
 * in use have (FAT). A younger file may change again without its stamps changing, what git calls racily clean.
 */
export const SETTLED_AFTER_MS = 2000;

const FIELDS = 4;
/** Digests are kept as the text that they are used as. */
const DIGEST_LENGTH = 64;
const NO_DIGEST = '0'.repeat(DIGEST_LENGTH);
const KINDS = { executable: 1, file: 2, symlink: 3, directory: 4 } as const;

interface Header {
  readonly packingFormat: number;
  readonly endianness: string;
  /** Milliseconds since 1970, before the first content was read. */
  readonly begunAt: number;
  readonly treeDigest: TreeDigest;
  readonly count: number;
}

/**
 * What was known of a tree when its contents were read: for every file its size, times and inode, and the SHA-256 of its
 * content. Kept in columns, entries in the order of the tree, since comparing is to cost less than reading the directory.
 */
export class Fingerprints {
  private places: Map<string, number> | undefined;
  private paths: readonly string[] | undefined;
  /** Behind the entry that was asked for last; most are asked for in their order. */
  private next = 0;

  private constructor(
    private readonly header: Header,
    /** Size, mtime, ctime and inode of every entry; NaN, which equals nothing, where a file is not to be recognised. */
    private readonly stamps: Float64Array,
    private readonly kinds: Buffer,
    private readonly digests: string,
    /** Path, and target of a link, of every entry, each ending in NUL. */
    private readonly names: Buffer,
  ) {}

  /**
   * Notes a tree.
   *
   * @param contents for every entry in the tree's order, the SHA-256 of a file's content in hexadecimal, read after `begunAt`
   * @param begunAt milliseconds since 1970
   */
  static of(tree: Tree, contents: readonly string[], treeDigest: TreeDigest, begunAt: number): Fingerprints {
    const count = tree.entries.length;
    const stamps = new Float64Array(count * FIELDS);
    let digests = '';
    tree.entries.forEach((entry, i) => {
      if (entry.kind === 'file') {
        stamps.set(stampOf(entry), i * FIELDS);
        const youngest = Math.max(entry.stamp?.mtimeMs ?? Infinity, entry.stamp?.ctimeMs ?? Infinity);
        // Written so that an absurd time, such as NaN, is not trusted either.
        if (!(youngest < begunAt - SETTLED_AFTER_MS)) {
          stamps.fill(NaN, i * FIELDS, (i + 1) * FIELDS);
        }
        digests += contents[i]!;
      } else {
        digests += NO_DIGEST;
      }
    });
    const header = { packingFormat: PACKING_FORMAT, endianness: endianness(), begunAt, treeDigest, count };
    return new Fingerprints(header, stamps, kindsOf(tree), digests, namesOf(tree));
  }

  /** The inverse of {@link encode}. Undefined for what another version wrote, or a clock that was ahead of this one. */
  static decode(bytes: Buffer, now: number): Fingerprints | undefined {
    const end = 4 + bytes.readUInt32LE(0);
    const header = JSON.parse(bytes.toString('utf8', 4, end)) as Header;
    const { packingFormat, begunAt, count } = header;
    if (packingFormat !== PACKING_FORMAT || header.endianness !== endianness() || begunAt > now) {
      return undefined;
    }
    // A copy, since numbers must lie at a multiple of their size.
    const stamps = Uint8Array.from(bytes.subarray(end, end + count * FIELDS * 8));
    const kinds = end + stamps.length;
    const digests = kinds + count;
    const names = digests + count * DIGEST_LENGTH;
    return new Fingerprints(
      header,
      new Float64Array(stamps.buffer),
      bytes.subarray(kinds, digests),
      bytes.toString('latin1', digests, names),
      bytes.subarray(names),
    );
  }

  encode(): Buffer {
    const header = Buffer.from(JSON.stringify(this.header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    const stamps = Buffer.from(this.stamps.buffer, this.stamps.byteOffset, this.stamps.byteLength);
    return Buffer.concat([
      length,
      header,
      stamps,
      this.kinds,
      Buffer.from(this.digests, 'latin1'),
      this.names,
    ]);
  }

  /** The digest of the tree if nothing of it has changed; undefined when something has, or may have. */
  digestOf(tree: Tree): TreeDigest | undefined {
    if (tree.entries.length !== this.header.count) {
      return undefined;
    }
    for (let i = 0; i < tree.entries.length; i += 1) {
      if (!this.hasStampOf(tree.entries[i]!, i)) {
        return undefined;
      }
    }
    return this.kinds.equals(kindsOf(tree)) && this.names.equals(namesOf(tree))
      ? this.header.treeDigest
      : undefined;
  }

  /** The SHA-256 of a file's content in hexadecimal if the file has not changed; undefined when it has, or may have. */
  contentOf(entry: TreeEntry): string | undefined {
    const i = entry.kind === 'file' ? this.placeOf(entry.path) : undefined;
    if (i === undefined || !this.hasStampOf(entry, i)) {
      return undefined;
    }
    return this.digests.slice(i * DIGEST_LENGTH, (i + 1) * DIGEST_LENGTH);
  }

  private hasStampOf(entry: TreeEntry, i: number): boolean {
    if (entry.kind !== 'file') {
      return true;
    }
    const { stamp } = entry;
    const at = i * FIELDS;
    return (
      stamp !== undefined &&
      this.stamps[at] === entry.size &&
      this.stamps[at + 1] === stamp.mtimeMs &&
      this.stamps[at + 2] === stamp.ctimeMs &&
      this.stamps[at + 3] === stamp.inode
    );
  }

  /** Where the file was; undefined when there was none of that path. */
  private placeOf(path: string): number | undefined {
    this.paths ??= this.filePaths();
    // From the beginning again, for another pass over the tree.
    if (this.paths[this.next] !== path && this.paths[0] === path) {
      this.next = 0;
    }
    if (this.paths[this.next] !== path) {
      this.places ??= new Map(this.paths.map((known, i) => [known, i]));
      this.next = this.places.get(path) ?? this.paths.length;
      if (this.next === this.paths.length) {
        return undefined;
      }
    }
    this.next += 1;
    return this.next - 1;
  }

  /** The path of every entry; empty for what was no file, since no path is. */
  private filePaths(): string[] {
    const names = this.names.toString('utf8').split('\0');
    let at = 0;
    return Array.from({ length: this.header.count }, (_, i) => {
      const kind = this.kinds[i];
      const name = names[at]!;
      at += kind === KINDS.symlink ? 2 : 1;
      return kind === KINDS.file || kind === KINDS.executable ? name : '';
    });
  }
}

function stampOf(entry: TreeEntry & { kind: 'file' }): number[] {
  const { mtimeMs = NaN, ctimeMs = NaN, inode = NaN } = entry.stamp ?? {};
  return [entry.size, mtimeMs, ctimeMs, inode];
}

function kindsOf(tree: Tree): Buffer {
  const kinds = Buffer.alloc(tree.entries.length);
  tree.entries.forEach((entry, i) => {
    kinds[i] = KINDS[entry.kind === 'file' && entry.mode === 0o755 ? 'executable' : entry.kind];
  });
  return kinds;
}

function namesOf(tree: Tree): Buffer {
  let names = '';
  for (const entry of tree.entries) {
    names += entry.kind === 'symlink' ? `${entry.path}\0${entry.target}\0` : `${entry.path}\0`;
  }
  return Buffer.from(names);
}
