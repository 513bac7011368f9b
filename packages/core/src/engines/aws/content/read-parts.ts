import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';

export interface Part {
  readonly bytes: Buffer;
  /** Counted from 1. */
  readonly number: number;
  readonly last: boolean;
}

/**
 * Cuts a stream into parts of exactly so many bytes, the last one shorter; an empty stream is one empty part.
 *
 * Holds one part and one chunk of the stream at a time. Everything that passes goes into the hash.
 */
export async function* readParts(stream: Readable, partBytes: number, hash: Hash): AsyncGenerator<Part> {
  let held: Buffer[] = [];
  let size = 0;
  let number = 1;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    for (let rest = chunk; rest.length > 0;) {
      // Only when more has come is a full part known not to be the last.
      if (size === partBytes) {
        yield { bytes: Buffer.concat(held, size), number, last: false };
        held = [];
        size = 0;
        number += 1;
      }
      const taken = rest.subarray(0, partBytes - size);
      held.push(taken);
      size += taken.length;
      rest = rest.subarray(taken.length);
    }
  }
  yield { bytes: Buffer.concat(held, size), number, last: true };
}
