import type { PackedEntry } from './pack-index.js';
import { centralHeaderSize, moveCentralHeader } from './zip-format.js';

/** The directory at the end of a zip, as bytes, of which the records of unchanged entries are copied: to make them takes ten times as long. */
export class PreviousDirectory {
  private constructor(
    private readonly bytes: Buffer,
    /** Where the record of each entry begins, and where the last one ends. */
    private readonly starts: Float64Array,
  ) {}

  /**
   * @param bytes beginning with the first record; they are changed by {@link records}
   * @param entries of the zip, in its order
   * @returns undefined for a zip with an entry so large that its record has another form
   */
  static of(bytes: Buffer, entries: readonly PackedEntry[]): PreviousDirectory | undefined {
    const starts = new Float64Array(entries.length + 1);
    let end = 0;
    for (const [i, entry] of entries.entries()) {
      const size = centralHeaderSize(entry);
      if (size === undefined) {
        return undefined;
      }
      end += size;
      starts[i + 1] = end;
    }
    return end <= bytes.length ? new PreviousDirectory(bytes, starts) : undefined;
  }

  /**
   * The records of entries that follow one another, for a zip in which they lie `shift` bytes further behind. To be asked for once for each.
   *
   * @param first place of the first entry
   */
  records(first: number, count: number, shift: number): Buffer {
    for (let i = first; shift !== 0 && i < first + count; i += 1) {
      moveCentralHeader(this.bytes, this.starts[i]!, shift);
    }
    return this.bytes.subarray(this.starts[first], this.starts[first + count]);
  }
}
