/**
 * The records of a zip file as bytes, after PKWARE's APPNOTE.TXT 6.3.10. Everything that could differ between two
 * machines is fixed: time stamps, the host system, flags.
 */

/** What the headers say of an entry. Sizes in bytes. */
export interface ZipEntry {
  /** As it stands in the zip; a directory's ends in `/`. */
  readonly name: string;
  /** Type and permissions as in `st_mode`. */
  readonly unixMode: number;
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

/** The header in front of an entry's data. Its length depends on name and size only, so it can be written anew later. */
export function localHeader(entry: Omit<ZipEntry, 'offset' | 'unixMode'>): Buffer {
  const length = Buffer.byteLength(entry.name);
  const wide = entry.size >= ZIP64_FROM;
  const header = Buffer.allocUnsafe(30 + length + (wide ? 20 : 0));
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(wide ? 45 : 20, 4);
  writeCommon(header, 6, entry);
  header.writeUInt32LE(wide ? UINT32_MAX : entry.compressedSize, 18);
  header.writeUInt32LE(wide ? UINT32_MAX : entry.size, 22);
  header.writeUInt16LE(length, 26);
  header.writeUInt16LE(wide ? 20 : 0, 28);
  header.write(entry.name, 30);
  if (wide) {
    header.set(zip64Extra([entry.size, entry.compressedSize]), 30 + length);
  }
  return header;
}

/** The entry's record in the directory at the end. */
export function centralHeader(entry: ZipEntry): Buffer {
  const length = Buffer.byteLength(entry.name);
  const { size, compressedSize, offset } = entry;
  const fits = size < UINT32_MAX && compressedSize < UINT32_MAX && offset < UINT32_MAX;
  const extra = fits ? NOTHING : zip64Extra([size, compressedSize, offset].filter((n) => n >= UINT32_MAX));
  const version = extra.length > 0 || entry.size >= ZIP64_FROM ? 45 : 20;
  const isDirectory = (entry.unixMode & TYPE_MASK) === DIRECTORY_TYPE;
  const header = Buffer.allocUnsafe(46 + length + extra.length);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(HOST_UNIX | version, 4);
  header.writeUInt16LE(version, 6);
  writeCommon(header, 8, entry);
  header.writeUInt32LE(Math.min(entry.compressedSize, UINT32_MAX), 20);
  header.writeUInt32LE(Math.min(entry.size, UINT32_MAX), 24);
  header.writeUInt16LE(length, 28);
  header.writeUInt16LE(extra.length, 30);
  // No comment, the first disk, no internal attributes.
  header.fill(0, 32, 38);
  header.writeUInt32LE(((entry.unixMode << 16) | (isDirectory ? DOS_DIRECTORY : 0)) >>> 0, 38);
  header.writeUInt32LE(Math.min(entry.offset, UINT32_MAX), 42);
  header.write(entry.name, 46);
  header.set(extra, 46 + length);
  return header;
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

function writeCommon(header: Buffer, at: number, entry: Pick<ZipEntry, 'method' | 'crc32'>): void {
  header.writeUInt16LE(FLAGS, at);
  header.writeUInt16LE(METHODS[entry.method], at + 2);
  header.writeUInt16LE(TIME, at + 4);
  header.writeUInt16LE(DATE, at + 6);
  header.writeUInt32LE(entry.crc32, at + 8);
}
