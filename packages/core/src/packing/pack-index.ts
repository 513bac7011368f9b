import type { Digest } from '../arn/index.js';
import type { TreeEntry } from './tree.js';

/** Where an entry lies in a zip, and what it is. */
export interface PackedEntry {
  readonly path: string;
  readonly kind: TreeEntry['kind'];
  readonly mode: number;
  /** Bytes of content. */
  readonly size: number;
  /** The SHA-256 of a file's content in hexadecimal; a link's target; empty for a directory. */
  readonly content: string;
  readonly crc32: number;
  readonly method: 'stored' | 'deflated';
  /** Where the local header begins. */
  readonly offset: number;
  /** Where the data begins. */
  readonly dataOffset: number;
  readonly compressedSize: number;
}

/**
 * What a later packing has to know of a zip to copy from it. Plain data: keep it beside the zip, as JSON for example.
 * It may be lost at any time; packing then compresses everything.
 */
export interface PackIndex {
  readonly format: number;
  /** Copied bytes are those of a clean build only if the compressor is the same. */
  readonly compressor: string;
  /** Of the zip. */
  readonly digest: Digest;
  /** Bytes of the zip. */
  readonly size: number;
  /** Of the whole zip. */
  readonly crc32: number;
  readonly entries: readonly PackedEntry[];
}
