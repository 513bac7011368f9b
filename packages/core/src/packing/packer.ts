import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ContentCompressor, PIECE_SIZE, WHOLE_SIZE } from './compress.js';
import { ContentReader, readContent, READ_SIZE } from './content-reader.js';
import { OrderedQueue } from './ordered-queue.js';
import type { PackedEntry } from './pack-index.js';
import type { PreviousZip } from './previous-zip.js';
import { hashContent } from './file-hasher.js';
import { modeOf, type FileEntry, type TreeEntry } from './tree.js';
import { nameInZip, ZipDirectory } from './zip-directory.js';
import { localHeader } from './zip-format.js';
import type { ZipOutput } from './zip-output.js';

/** What a content that is being compressed holds, apart from its bytes. */
const JOB_WEIGHT = 16 * 1024;
const PIECE_WEIGHT = PIECE_SIZE + JOB_WEIGHT;
/** So much is copied at once, and not only when the last entry is added: then another thread can begin to digest it. */
const LONG_RUN = 2 * 1024 * 1024;

/** What is known of a content before its place in the zip is. */
type Facts = Pick<PackedEntry, 'content' | 'size' | 'crc32' | 'method' | 'compressedSize'>;

/** Entries that followed one another in the previous zip, as they do now: headers and contents are copied in one piece. */
interface Run {
  /** The place of the first among the previous entries. */
  readonly first: number;
  readonly modes: number[];
  readonly from: number;
  end: number;
}

/** Writes the entries of one zip, compressing several contents, or pieces of one content, at once. */
export class Packer {
  private readonly queue: OrderedQueue;
  private readonly scratch = Buffer.allocUnsafeSlow(READ_SIZE);
  private readonly directory: ZipDirectory;
  private readonly compressor: ContentCompressor;
  private run: Run | undefined;

  /**
   * @param concurrency how many pieces may be under way; it bounds the memory
   * @param expected how many bytes are likely to be compressed
   */
  constructor(
    private readonly output: ZipOutput,
    level: number,
    concurrency: number,
    private readonly previous: PreviousZip | undefined,
    expected: number,
  ) {
    this.queue = new OrderedQueue(concurrency * PIECE_WEIGHT);
    this.compressor = new ContentCompressor(level, expected);
    this.directory = new ZipDirectory(previous);
  }

  /** Returns what the entry holds, as {@link PackedEntry.content} says it. */
  add(entry: TreeEntry): string | Promise<string> {
    const content = contentOf(entry);
    if (content !== undefined && this.addToRun(entry, content)) {
      return this.run!.end - this.run!.from < LONG_RUN ? content : this.copyNow(content);
    }
    if (entry.kind !== 'file') {
      this.addInline(entry, content ?? '');
      return content ?? '';
    }
    if (entry.sha256 !== undefined && this.addCopy(entry, entry.sha256)) {
      return entry.sha256;
    }
    return entry.size > WHOLE_SIZE ? this.addLarge(entry) : this.addSmall(entry);
  }

  /** Writes the directory at the end. Returns what was packed, in order. */
  async finish(): Promise<readonly PackedEntry[]> {
    this.endRun();
    await this.queue.drain();
    this.directory.write(this.output);
    return this.directory.entries;
  }

  /** Lets go of what it holds, finished or not. */
  close(): void {
    this.compressor.close();
  }

  private addInline(entry: TreeEntry, content: string): void {
    const data = Buffer.from(content);
    const facts = { content, size: data.length, compressedSize: data.length, crc32: crc32(data) };
    this.endRun();
    this.queue.add(0, { ...facts, method: 'stored' as const }, (ready) => {
      this.begin(entry, ready);
      this.output.append(data);
    });
  }

  private async addSmall(entry: FileEntry): Promise<string> {
    const weight = entry.size + JOB_WEIGHT;
    await this.queue.room(weight);
    const content = readContent(entry, this.compressor.memory(entry.size + 1));
    const sha256 = hash('sha256', content, 'hex');
    if (sha256 !== entry.sha256 && this.addKnown(entry, sha256)) {
      return sha256;
    }
    this.endRun();
    const facts = { content: sha256, size: entry.size, crc32: crc32(content) };
    this.queue.addLazily(weight, this.compressor.begin(content.length), ({ method, data }) => {
      this.begin(entry, { ...facts, method, compressedSize: data.length });
      this.output.append(data);
    });
    return sha256;
  }

  private addKnown(entry: FileEntry, sha256: string): boolean {
    return this.addToRun(entry, sha256) || this.addCopy(entry, sha256);
  }

  /** Whether the previous zip has the whole record of the entry, which is then copied with its neighbours. */
  private addToRun(entry: TreeEntry, content: string): boolean {
    const place = this.previous?.same(entry.path, entry.kind, content);
    if (place === undefined) {
      return false;
    }
    const same = this.previous!.entryAt(place);
    if (this.run?.end !== same.offset) {
      this.endRun();
      this.run = { first: place, modes: [], from: same.offset, end: same.offset };
    }
    const { run } = this;
    run.modes.push(modeOf(entry));
    run.end = same.dataOffset + same.compressedSize;
    return true;
  }

  /** Queues what was gathered for copying: to be called before anything else is queued. */
  private endRun(): void {
    const { run } = this;
    if (run === undefined) {
      return;
    }
    this.run = undefined;
    this.queue.add(0, run, ({ first, modes, from, end }) => {
      this.directory.addCopied(first, modes, this.output.position - from);
      this.previous?.copy(from, end, this.output);
    });
  }

  /** Copies what was gathered, unless something in front of it is still being compressed. */
  private async copyNow(content: string): Promise<string> {
    this.endRun();
    if (this.queue.isLight) {
      await this.queue.drain();
    }
    return content;
  }

  private addCopy(entry: FileEntry, sha256: string): boolean {
    const source = this.previous?.find(sha256);
    if (source === undefined) {
      return false;
    }
    this.endRun();
    this.queue.add(0, source, (facts) => {
      const { dataOffset, compressedSize } = facts;
      this.begin(entry, facts);
      this.previous?.copy(dataOffset, dataOffset + compressedSize, this.output);
    });
    return true;
  }

  private async addLarge(entry: FileEntry): Promise<string> {
    // Reading a large file twice pays only when the first time may spare compressing it.
    if (entry.sha256 === undefined && this.previous?.mayHave(entry.size) === true) {
      const sha256 = hashContent(entry, this.scratch);
      if (this.addKnown(entry, sha256)) {
        return sha256;
      }
    }
    this.endRun();
    const unknown: Facts = { content: '', size: entry.size, method: 'deflated', crc32: 0, compressedSize: 0 };
    this.queue.add(0, unknown, (facts) => {
      this.output.setAside();
      this.begin(entry, facts);
    });
    const reader = ContentReader.open(entry);
    try {
      const known = await this.addPieces(entry, reader);
      this.queue.add(0, known, (facts) => this.complete(facts));
      return known.content;
    } finally {
      reader.close();
    }
  }

  private async addPieces(
    entry: FileEntry,
    reader: ContentReader,
  ): Promise<Pick<Facts, 'content' | 'crc32'>> {
    const sum = createHash('sha256');
    let check = 0;
    for (let left = entry.size; left > 0;) {
      await this.queue.room(PIECE_WEIGHT);
      const length = Math.min(PIECE_SIZE, left);
      const piece = this.compressor.memory(length).subarray(0, length);
      for (let at = 0; at < piece.length; at += READ_SIZE) {
        const part = piece.subarray(at, at + READ_SIZE);
        const count = reader.read(part);
        sum.update(part);
        check = crc32(part, check);
        if (count < part.length) {
          reader.assertEnd();
        }
      }
      left -= piece.length;
      const compressed = this.compressor.beginPiece(length, left === 0, entry.size);
      this.queue.addLazily(PIECE_WEIGHT, compressed, (data) => this.output.append(data));
    }
    reader.assertEnd();
    return { content: sum.digest('hex'), crc32: check };
  }

  /** Writes an entry's header and notes where it lies. */
  private begin(entry: TreeEntry, facts: Facts): void {
    const offset = this.output.position;
    const { size, content, method, compressedSize } = facts;
    const place = { path: entry.path, kind: entry.kind, mode: modeOf(entry), offset };
    const what = { size, content, crc32: facts.crc32, method, compressedSize };
    this.output.append(localHeader(nameInZip(entry), what));
    this.directory.add({ ...place, ...what, dataOffset: this.output.position });
  }

  /** Puts right what {@link begin} could not know of the last entry. */
  private complete(facts: Pick<Facts, 'content' | 'crc32'>): void {
    this.directory.complete((begun) => {
      const entry = { ...begun, ...facts, compressedSize: this.output.position - begun.dataOffset };
      this.output.complete(localHeader(nameInZip(entry), entry));
      return entry;
    });
  }
}

/** What an entry holds, as {@link PackedEntry} says it; undefined for a file that would have to be read. */
function contentOf(entry: TreeEntry): string | undefined {
  switch (entry.kind) {
    case 'file':
      return entry.sha256;
    case 'symlink':
      return entry.target;
    case 'directory':
      return '';
  }
}
