import type { VersionRecord } from '../model.js';
import type { ContentCopy } from './content-storage.js';

/** A version, and the copy of its content where the same look saw that. */
export interface FoundVersion extends VersionRecord {
  readonly copy?: ContentCopy;
}
