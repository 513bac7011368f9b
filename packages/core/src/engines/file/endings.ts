import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ContentCopy } from '../../ports/index.js';
import { systemErrorCode } from '../../system-errors.js';
import { contentKey, parseContentKey } from '../locate.js';
import { absentAsUndefined, syncFolder } from './filesystem.js';

/**
 * Gives the copy a further name, which ends in the ending: the same file, and where the file system has no hard links another of the
 * same bytes. False when the copy is not there.
 */
export async function addEnding(
  root: string,
  scratch: string,
  copy: ContentCopy,
  ending: string,
): Promise<boolean> {
  const file = join(root, contentKey(copy));
  const target = join(root, contentKey(copy, ending));
  if ((await absentAsUndefined(fs.stat(target))) !== undefined) return true;
  return (await absentAsUndefined(replaceByLink(file, target, scratch).then(() => true))) ?? false;
}

/** The file names of the copy that have an ending. */
export async function endingsOf(file: string, repository: string): Promise<string[]> {
  const name = basename(file);
  const folder = dirname(file);
  const names = (await absentAsUndefined(fs.readdir(folder))) ?? [];
  const generation = parseContentKey(keyBelow(repository, name))?.generation;
  return names
    .filter((other) => other !== name && other.startsWith(`${name}.`))
    .filter((other) => parseContentKey(keyBelow(repository, other))?.generation === generation)
    .map((other) => join(folder, other));
}

/** Makes every further name of the copy the file that it is now, after the copy was replaced. */
export async function refreshEndings(file: string, repository: string, scratch: string): Promise<void> {
  for (const target of await endingsOf(file, repository)) await replaceByLink(file, target, scratch);
}

/** Made beside and renamed, so that the name is there only with all of its bytes. */
async function replaceByLink(file: string, target: string, scratch: string): Promise<void> {
  const partial = join(scratch, `link-${randomUUID()}`);
  try {
    if (!(await linkIfPossible(file, partial))) await copyDurably(file, partial);
    await fs.rename(partial, target);
  } finally {
    // Renaming a name onto another of the same file leaves both.
    await fs.rm(partial, { force: true });
  }
  await syncFolder(dirname(target));
}

/** What a file system says that has no hard links, or no more of them for this file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** Gives the file a further name. False where the file system cannot. */
export async function linkIfPossible(file: string, target: string): Promise<boolean> {
  try {
    await fs.link(file, target);
    return true;
  } catch (error) {
    if (NO_LINKS.has(systemErrorCode(error))) return false;
    throw error;
  }
}

async function copyDurably(file: string, target: string): Promise<void> {
  await fs.copyFile(file, target);
  const handle = await fs.open(target, 'r');
  await handle.sync().finally(() => handle.close());
}

function keyBelow(repository: string, name: string): string {
  return `${repository}/sha256/${name.slice(0, 2)}/${name}`;
}
