import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
const ENOUGH_BYTES = 6 * 1024 ** 3;

/** A new folder, in memory where this machine has enough of it: what is tested here is kills, not power cuts. */
export function temporaryFolder(purpose: string): string {
  return mkdtempSync(join(isRoomy(IN_MEMORY) ? IN_MEMORY : tmpdir(), `holdfast-${purpose}-`));
}

function isRoomy(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
