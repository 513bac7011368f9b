import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../../src/index.js';

/** Where a file store keeps the first copy of a content. */
export function contentFile(storeFolder: string, digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return join(storeFolder, 'content/default/sha256', hex.slice(0, 2), hex);
}

/** Puts other bytes in the place of a content, as a failing disk would; `undefined` takes the file away. */
export function damage(
  storeFolder: string,
  digest: Digest,
  change: (bytes: Buffer) => Buffer | undefined,
): void {
  const file = contentFile(storeFolder, digest);
  const changed = change(readFileSync(file));
  rmSync(file);
  if (changed !== undefined) writeFileSync(file, changed, { mode: 0o444 });
}
