import type { Stats } from 'node:fs';
import { endianness } from 'node:os';
import { DIRECTORY_FIELDS, DirectoryFingerprints } from './directory-fingerprints.js';
import {
  DIGEST_BYTES,
  FIELDS,
  KIND_NAMES,
  kindOf,
  KINDS,
  kindsOf,
  noteFile,
  type Columns,
} from './fingerprint-columns.js';
import { PACKING_FORMAT, type TreeDigest } from './tree-digest.js';
import type { FileEntry, FileStamp, Tree, TreeEntry } from './tree.js';

interface Header {
  readonly packingFormat: number;
  readonly endianness: string;
  /** Milliseconds since 1970, before the first content was read. */
  readonly begunAt: number;
  readonly treeDigest: TreeDigest;
  /** How many entries there are. */
  readonly count: number;
  /** How many bytes their names take. */
  readonly namesLength: number;
  /** How many directories there are. */
  readonly directories: number;
  /** How many bytes the paths of these take, before the names in them. */
  readonly pathsLength: number;
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
    private readonly columns: Columns,
    /** Path, and target of a link, of every entry, each ending in NUL. */
    private readonly names: Buffer,
    readonly directories: DirectoryFingerprints,
  ) {}

  /**
   * Notes a tree.
   *
   * @param contents for every entry in the tree's order, the SHA-256 of a file's content in hexadecimal, read after `begunAt`
   * @param begunAt milliseconds since 1970
   */
  static of(tree: Tree, contents: readonly string[], treeDigest: TreeDigest, begunAt: number): Fingerprints {
    const count = tree.entries.length;
    const columns = {
      stamps: new Float64Array(count * FIELDS),
      kinds: kindsOf(tree),
      digests: Buffer.alloc(count * DIGEST_BYTES),
    };
    tree.entries.forEach((entry, i) => {
      if (entry.kind === 'file') {
        noteFile(columns, i, entry, contents[i]!, begunAt);
      }
    });
    const names = namesOf(tree);
    const directories = DirectoryFingerprints.of(tree.listings ?? [], begunAt);
    const header = {
      packingFormat: PACKING_FORMAT,
      endianness: endianness(),
      begunAt,
      treeDigest,
      count,
      namesLength: names.length,
      directories: directories.count,
      pathsLength: directories.pathsLength,
    };
    return new Fingerprints(header, columns, names, directories);
  }

  /**
   * Notes the same tree when some of its files have changed, and nothing has come or gone.
   *
   * @param files the changed ones by their places, with their SHA-256, read after `begunAt`
   * @param directories as they were before they were listed, after `begunAt`, by their places: those that have other times now
   */
  after(
    files: ReadonlyMap<number, FileEntry & { readonly sha256: string }>,
    directories: ReadonlyMap<number, FileStamp>,
    treeDigest: TreeDigest,
    begunAt: number,
  ): Fingerprints {
    const columns = {
      stamps: this.columns.stamps.slice(),
      kinds: Buffer.from(this.columns.kinds),
      digests: Buffer.from(this.columns.digests),
    };
    for (const [i, entry] of files) {
      columns.kinds[i] = kindOf(entry);
      noteFile(columns, i, entry, entry.sha256, begunAt);
    }
    const header = { ...this.header, treeDigest, begunAt };
    return new Fingerprints(header, columns, this.names, this.directories.after(directories, begunAt));
  }

  /** The inverse of {@link encode}. Undefined for what another version wrote, or a clock that was ahead of this one. */
  static decode(bytes: Buffer, now: number): Fingerprints | undefined {
    const end = 4 + bytes.readUInt32LE(0);
    const header = JSON.parse(bytes.toString('utf8', 4, end)) as Header;
    const { packingFormat, begunAt, count, directories } = header;
    if (packingFormat !== PACKING_FORMAT || header.endianness !== endianness() || begunAt > now) {
      return undefined;
    }
    // A copy, since numbers must lie at a multiple of their size.
    const length = (count * FIELDS + directories * DIRECTORY_FIELDS) * 8;
    const { buffer } = new Uint8Array(bytes.subarray(end, end + length));
    const kinds = end + length;
    const digests = kinds + count;
    const names = digests + count * DIGEST_BYTES;
    const texts = names + header.namesLength;
    const columns = {
      stamps: new Float64Array(buffer, 0, count * FIELDS),
      kinds: bytes.subarray(kinds, digests),
      digests: bytes.subarray(digests, names),
    };
    const seen = new DirectoryFingerprints(
      new Float64Array(buffer, count * FIELDS * 8),
      bytes.subarray(texts),
      header.pathsLength,
    );
    return new Fingerprints(header, columns, bytes.subarray(names, texts), seen);
  }

  encode(): Buffer {
    const header = Buffer.from(JSON.stringify(this.header));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    const { stamps, kinds, digests } = this.columns;
    const { stamps: times, texts } = this.directories;
    return Buffer.concat([
      length,
      header,
      bytesOf(stamps),
      bytesOf(times),
      kinds,
      digests,
      this.names,
      texts,
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
    return this.columns.kinds.equals(kindsOf(tree)) && this.names.equals(namesOf(tree))
      ? this.header.treeDigest
      : undefined;
  }

  get treeDigest(): TreeDigest {
    return this.header.treeDigest;
  }

  /** The names of the entries in their order: the path of each, and behind that of a link its target. */
  entryTexts(): string[] {
    return this.names.toString('utf8').split('\0');
  }

  /** Calls for each entry, in order, without making an object of it; `text` is its place in {@link entryTexts}. Ends when told so. */
  every(visit: (i: number, kind: TreeEntry['kind'], text: number) => boolean): boolean {
    let text = 0;
    for (let i = 0; i < this.header.count; i += 1) {
      const kind = KIND_NAMES[this.columns.kinds[i]!]!;
      if (!visit(i, kind, text)) {
        return false;
      }
      text += kind === 'symlink' ? 2 : 1;
    }
    return true;
  }

  /** Whether the file in this place has the size, times and inode that it had. */
  isAsItWas(i: number, { size, mtimeMs, ctimeMs, ino }: Stats): boolean {
    const at = i * FIELDS;
    return (
      this.columns.stamps[at] === size &&
      this.columns.stamps[at + 1] === mtimeMs &&
      this.columns.stamps[at + 2] === ctimeMs &&
      this.columns.stamps[at + 3] === ino
    );
  }

  /** The file in this place, as it was. */
  fileAt(i: number, path: string, file: string): FileEntry {
    const at = i * FIELDS;
    return {
      kind: 'file',
      path,
      mode: this.columns.kinds[i] === KINDS.executable ? 0o755 : 0o644,
      size: this.columns.stamps[at]!,
      source: { file },
      stamp: {
        mtimeMs: this.columns.stamps[at + 1]!,
        ctimeMs: this.columns.stamps[at + 2]!,
        inode: this.columns.stamps[at + 3]!,
      },
      sha256: this.digestAt(i),
    };
  }

  private digestAt(i: number): string {
    return this.columns.digests.toString('hex', i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
  }

  /** The SHA-256 of a file's content in hexadecimal if the file has not changed; undefined when it has, or may have. */
  contentOf(entry: TreeEntry): string | undefined {
    const i = entry.kind === 'file' ? this.placeOf(entry.path) : undefined;
    if (i === undefined || !this.hasStampOf(entry, i)) {
      return undefined;
    }
    return this.digestAt(i);
  }

  private hasStampOf(entry: TreeEntry, i: number): boolean {
    if (entry.kind !== 'file') {
      return true;
    }
    const { stamp } = entry;
    const at = i * FIELDS;
    return (
      stamp !== undefined &&
      this.columns.stamps[at] === entry.size &&
      this.columns.stamps[at + 1] === stamp.mtimeMs &&
      this.columns.stamps[at + 2] === stamp.ctimeMs &&
      this.columns.stamps[at + 3] === stamp.inode
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
    const texts = this.entryTexts();
    const paths: string[] = [];
    this.every((_, kind, text) => paths.push(kind === 'file' ? texts[text]! : '') > 0);
    return paths;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function namesOf(tree: Tree): Buffer {
  let names = '';
  for (const entry of tree.entries) {
    names += entry.kind === 'symlink' ? `${entry.path}\0${entry.target}\0` : `${entry.path}\0`;
  }
  return Buffer.from(names);
}
