import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactStore, ByteSource, Digest, RepairSource } from '@holdfast/core';
import { loadCore } from './lazy-modules.js';
import { codeOf } from './system-errors.js';
import { UsageError } from './usage-error.js';

/** Good bytes by digest; close it after use. */
export interface OpenRepairSource {
  readonly find: RepairSource;
  close(): Promise<void>;
}

/**
 * Opens a source of good bytes: a store's URL, a folder whose files are searched by digest, or one file.
 *
 * Throws {@link UsageError} when there is nothing at the path.
 */
export async function openRepairSource(from: string, cwd: string): Promise<OpenRepairSource> {
  if (/^[a-z]{2,}:/.test(from)) return fromStore(await loadCore().openStore(from));
  const path = resolve(cwd, from);
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError(`--from "${from}" cannot be read (${codeOf(error)})`);
  });
  return fromFiles(found.isDirectory() ? () => filesBelow(path) : () => Promise.resolve([path]));
}

function fromFiles(list: () => Promise<readonly string[]>): OpenRepairSource {
  // Files are hashed once, and only when something needs repair.
  let index: Promise<ReadonlyMap<Digest, string>> | undefined;
  return {
    async find(digest) {
      index ??= list().then(indexFiles);
      const file = (await index).get(digest);
      return file === undefined ? undefined : { open: () => createReadStream(file) };
    },
    close: () => Promise.resolve(),
  };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function indexFiles(files: readonly string[]): Promise<ReadonlyMap<Digest, string>> {
  const index = new Map<Digest, string>();
  for (const file of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    index.set(`sha256:${hash.digest('hex')}`, file);
  }
  return index;
}

function fromStore(store: ArtifactStore): OpenRepairSource {
  return {
    async find(digest): Promise<ByteSource | undefined> {
      for (const { name } of await store.listRepositories()) {
        try {
          const { version } = await store.resolve(digest, { repository: name });
          return { size: version.size, open: () => Readable.from(bytesOf(store, version.arn)) };
        } catch (error) {
          if (!loadCore().isHoldfastError(error) || error.code !== 'not-found') throw error;
        }
      }
      return undefined;
    },
    close: () => store.close(),
  };
}

async function* bytesOf(store: ArtifactStore, ref: string): AsyncIterable<Uint8Array> {
  const { stream } = await store.open(ref);
  yield* stream;
}
