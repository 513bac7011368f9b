import type { ByteSource } from './content-storage.js';

/**
 * Bytes in a file of the engine's own scratch folder, which whoever gives it has written, digested as they were written, and will not
 * change. A content storage on the same file system may take the very file instead of reading it; the giver removes its
 * own name of it.
 */
export interface ScratchSource extends ByteSource {
  readonly size: number;
  readonly scratchFile: string;
}

export function isScratchSource(source: ByteSource): source is ScratchSource {
  return 'scratchFile' in source;
}
