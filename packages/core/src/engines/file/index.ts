import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { HoldfastError } from '../../errors.js';
import type { Engine, EngineOptions } from '../../ports/index.js';
import { systemErrorCode } from '../../system-errors.js';
import { embeddedIdentity } from '../identity.js';
import { SqliteCatalog } from '../sqlite/sqlite-catalog.js';
import { FileContent } from './content.js';

/** Opens `file:<folder>`, making it when it does not exist. `~` at the beginning is the user's home folder. */
export function openFileEngine(url: string, options: EngineOptions): Engine {
  const root = folderOf(url);
  const identity = embeddedIdentity(options.identity);
  const content = join(root, 'content');
  const scratch = join(root, 'scratch');
  try {
    for (const folder of [content, scratch]) makeFolders(folder);
  } catch (error) {
    throw new HoldfastError('access-denied', `the store folder of ${url} cannot be made or opened`, {
      hint: 'Name a folder that you may write to: --store file:<folder>.',
      cause: error,
    });
  }
  return {
    url,
    identity,
    catalog: new SqliteCatalog(join(root, 'catalog.sqlite'), identity),
    content: new FileContent(content, scratch, identity, options.bucket),
    scratch,
  };
}

/**
 * Makes a folder and what is missing above it. Node's own recursive form never ends where the system answers ENOENT below a
 * folder that exists, as under /proc.
 */
function makeFolders(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    const above = dirname(folder);
    if (systemErrorCode(error) !== 'ENOENT' || above === folder) throw error;
    // Whether this or another process makes what is above: afterwards it is there, or never will be.
    makeFolders(above);
    makeFolder(folder);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
}

function folderOf(url: string): string {
  const path = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') {
    throw new HoldfastError('invalid-input', `store URL "${url}" names no folder`, {
      hint: 'Write file:<folder>.',
    });
  }
  return resolve(path.replace(/^~(?=$|\/)/, homedir()));
}
