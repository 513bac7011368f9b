/**
 * The records of a zip file as bytes, after PKWARE's APPNOTE.TXT 6.3.10. Everything that could differ between two
 * machines is fixed: time stamps, the host system, flags.
 */

/** What the headers say of an entry. Sizes in bytes. */
export interface ZipEntry {
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where the local header begins. */
  readonly offset: number;
}

export const FILE_TYPE = 0o100000;
export const LINK_TYPE = 0o120000;
export const DIRECTORY_TYPE = 0o040000;
export const TYPE_MASK = 0o170000;

const UINT32_MAX = 0xffffffff;
const UINT16_MAX = 0xffff;
/** A content from here on gets room for 64-bit sizes, since its compressed size, not known yet, may be a little larger. */
const ZIP64_FROM = 0xf0000000;
const METHODS = { stored: 0, deflated: 8 } as const;
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;
/** 1980-01-01 00:00, the earliest that a zip can say; it has no time zone. */
const TIME = 0;
const DATE = 0x0021;
const HOST_UNIX = 3 << 8;
const DOS_DIRECTORY = 0x10;
const NOTHING = Buffer.alloc(0);

/** Where headers are made: there are two of every entry. */
const scratch = Buffer.allocUnsafeSlow(46 + UINT16_MAX + 28);

/**
 * The header in front of an entry's data, in memory that the next header takes. Its length depends on name and size only, so it can be
 * written anew later.
 *
 * @param name as it stands in the zip; a directory's ends in `/`
 */
export function localHeader(name: string, entry: Omit<ZipEntry, 'offset'>): Buffer {
  const length = scratch.write(name, 30);
  const wide = entry.size >= ZIP64_FROM;
  scratch.writeUInt32LE(0x04034b50, 0);
  scratch.writeUInt16LE(wide ? 45 : 20, 4);
  writeCommon(6, entry);
  scratch.writeUInt32LE(wide ? UINT32_MAX : entry.compressedSize, 18);
  scratch.writeUInt32LE(wide ? UINT32_MAX : entry.size, 22);
  scratch.writeUInt16LE(length, 26);
  scratch.writeUInt16LE(wide ? 20 : 0, 28);
  if (wide) {
    scratch.set(zip64Extra([entry.size, entry.compressedSize]), 30 + length);
  }
  return scratch.subarray(0, 30 + length + (wide ? 20 : 0));
}

/**
 * The entry's record in the directory at the end, in memory that the next header takes.
 *
 * @param name as in {@link localHeader}
 * @param unixMode type and permissions as in `st_mode`
 */
export function centralHeader(name: string, unixMode: number, entry: ZipEntry): Buffer {
  const length = scratch.write(name, 46);
  const { size, compressedSize, offset } = entry;
  const fits = size < UINT32_MAX && compressedSize < UINT32_MAX && offset < UINT32_MAX;
  const extra = fits ? NOTHING : zip64Extra([size, compressedSize, offset].filter((n) => n >= UINT32_MAX));
  const version = extra.length > 0 || size >= ZIP64_FROM ? 45 : 20;
  const isDirectory = (unixMode & TYPE_MASK) === DIRECTORY_TYPE;
  scratch.writeUInt32LE(0x02014b50, 0);
  scratch.writeUInt16LE(HOST_UNIX | version, 4);
  scratch.writeUInt16LE(version, 6);
  writeCommon(8, entry);
  scratch.writeUInt32LE(Math.min(compressedSize, UINT32_MAX), 20);
  scratch.writeUInt32LE(Math.min(size, UINT32_MAX), 24);
  scratch.writeUInt16LE(length, 28);
  scratch.writeUInt16LE(extra.length, 30);
  // No comment, the first disk, no internal attributes.
  scratch.fill(0, 32, 38);
  scratch.writeUInt32LE(((unixMode << 16) | (isDirectory ? DOS_DIRECTORY : 0)) >>> 0, 38);
  scratch.writeUInt32LE(Math.min(offset, UINT32_MAX), 42);
  scratch.set(extra, 46 + length);
  return scratch.subarray(0, 46 + length + extra.length);
}

/**
 * How long the entry's record in the directory is, from where its parts lie. Undefined when sizes or offset are, or may be, too large for a
 * record without room for 64 bits.
 */
export function centralHeaderSize({
  size,
  offset,
  dataOffset,
}: Pick<ZipEntry, 'size' | 'offset'> & { readonly dataOffset: number }): number | undefined {
  // A deflated content is never longer than it was.
  return size < ZIP64_FROM && offset < ZIP64_FROM ? dataOffset - offset + 16 : undefined;
}

/** Whether what lies in front of this needs no room for 64 bits to say where. */
export function isNarrow(offset: number): boolean {
  return offset < UINT32_MAX;
}

/** Changes the record that begins at a place in the bytes: its entry lies so many bytes further behind. */
export function moveCentralHeader(bytes: Buffer, at: number, shift: number): void {
  bytes.writeUInt32LE(bytes.readUInt32LE(at + 42) + shift, at + 42);
}

/** What closes a zip whose directory begins at `offset` and is `size` bytes long. */
export function endOfDirectory(entries: number, offset: number, size: number): Buffer {
  const wide = entries >= UINT16_MAX || offset >= UINT32_MAX || size >= UINT32_MAX;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, UINT16_MAX), 8);
  end.writeUInt16LE(Math.min(entries, UINT16_MAX), 10);
  end.writeUInt32LE(Math.min(size, UINT32_MAX), 12);
  end.writeUInt32LE(Math.min(offset, UINT32_MAX), 16);
  return wide ? Buffer.concat([zip64End(entries, offset, size), end]) : end;
}

function zip64End(entries: number, offset: number, size: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(HOST_UNIX | 45, 12);
  end.writeUInt16LE(45, 14);
  end.writeBigUInt64LE(BigInt(entries), 24);
  end.writeBigUInt64LE(BigInt(entries), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + size), 64);
  end.writeUInt32LE(1, 72);
  return end;
}

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) {
    return Buffer.alloc(0);
  }
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(0x0001, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return extra;
}

function writeCommon(at: number, entry: Pick<ZipEntry, 'method' | 'crc32'>): void {
  scratch.writeUInt16LE(FLAGS, at);
  scratch.writeUInt16LE(METHODS[entry.method], at + 2);
  scratch.writeUInt16LE(TIME, at + 4);
  scratch.writeUInt16LE(DATE, at + 6);
  scratch.writeUInt32LE(entry.crc32, at + 8);
}
