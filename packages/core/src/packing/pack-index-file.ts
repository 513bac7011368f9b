import type { PackedEntry, PackIndex } from './pack-index.js';

const KINDS = ['file', 'symlink', 'directory'] as const;
const METHODS = ['stored', 'deflated'] as const;
/** Numbers of an entry: kind, method, mode, size, CRC-32, offset, offset of the data, compressed size. */
const FIELDS = 8;

interface Header extends Omit<PackIndex, 'entries'> {
  readonly count: number;
}

/**
 * An index as bytes: a header, a column of all numbers, and two texts with all paths and all contents. Made to be read: as JSON it takes
 * longer than everything else that an unchanged front of a zip needs. Numbers are in this machine's byte order.
 */
export function encodePackIndex({ entries, ...about }: PackIndex): Buffer {
  const header: Header = { ...about, count: entries.length };
  const numbers = new Float64Array(entries.length * FIELDS);
  let paths = '';
  let contents = '';
  entries.forEach((entry, i) => {
    const at = i * FIELDS;
    numbers[at] = KINDS.indexOf(entry.kind);
    numbers[at + 1] = METHODS.indexOf(entry.method);
    numbers[at + 2] = entry.mode;
    numbers[at + 3] = entry.size;
    numbers[at + 4] = entry.crc32;
    numbers[at + 5] = entry.offset;
    numbers[at + 6] = entry.dataOffset;
    numbers[at + 7] = entry.compressedSize;
    // Neither can hold a NUL.
    paths += `${entry.path}\0`;
    contents += `${entry.content}\0`;
  });
  const text = Buffer.from(`${JSON.stringify(header)}\n`);
  // The numbers follow where numbers may lie.
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  padded.set(text);
  return Buffer.concat([padded, Buffer.from(numbers.buffer), Buffer.from(paths + contents)]);
}

/** The inverse of {@link encodePackIndex}, for bytes that are known to be whole. */
export function decodePackIndex(bytes: Buffer): PackIndex {
  const end = bytes.indexOf(0x0a) + 1;
  const { count, ...about } = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  const from = Math.ceil(end / 8) * 8;
  const to = from + count * FIELDS * 8;
  // A copy, since numbers must lie at a multiple of their size.
  const numbers = new Float64Array(new Uint8Array(bytes.subarray(from, to)).buffer);
  let entries: readonly PackedEntry[] | undefined;
  return {
    ...about,
    // Whether the zip is there at all is known without them.
    get entries() {
      return (entries ??= decodeEntries(count, numbers, bytes.toString('utf8', to)));
    },
  };
}

function decodeEntries(count: number, numbers: Float64Array, text: string): PackedEntry[] {
  const texts = text.split('\0');
  return Array.from({ length: count }, (_, i) => {
    const at = i * FIELDS;
    return {
      path: texts[i]!,
      kind: KINDS[numbers[at]!]!,
      mode: numbers[at + 2]!,
      size: numbers[at + 3]!,
      content: texts[count + i]!,
      crc32: numbers[at + 4]!,
      method: METHODS[numbers[at + 1]!]!,
      offset: numbers[at + 5]!,
      dataOffset: numbers[at + 6]!,
      compressedSize: numbers[at + 7]!,
    };
  });
}
