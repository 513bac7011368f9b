import type { Digest } from '../arn/index.js';
import type { VersionRecord } from '../model.js';
import type { ContentCopy } from './content-storage.js';

/** A version, and the copy of its content where the same look saw that. */
export interface FoundVersion extends VersionRecord {
  readonly copy?: ContentCopy;
}

/** What a tree was packed to, last. */
export interface KnownTree {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The artifact's version of this very tree, live. */
  readonly version?: FoundVersion;
}
