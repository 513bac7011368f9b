import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import type { Location } from '../../model.js';
import type { ByteSource, ContentCopy, ContentStorage } from '../../ports/index.js';
import { isScratchSource, type ScratchSource } from '../../ports/scratch-source.js';
import { contentKey, DistinctCopies, EmbeddedLocations, parseContentKey } from '../locate.js';
import { addEnding, endingsOf, linkIfPossible, refreshEndings } from './endings.js';
import { absentAsUndefined, fileErrors, syncFolder } from './filesystem.js';

/**
 * Contents as read-only files under `<root>/content`, one per copy; where a key with an ending was asked for, with a further name.
 *
 * A copy is written beside, flushed, and renamed into place, so that it is visible only when it is complete and
 * stays when the machine stops.
 */
export class FileContent implements ContentStorage {
  readonly #root: string;
  readonly #scratch: string;
  readonly #locations: EmbeddedLocations;

  constructor(root: string, scratch: string, identity: StoreIdentity, bucket: string | undefined) {
    this.#root = root;
    this.#scratch = scratch;
    this.#locations = new EmbeddedLocations(identity, bucket);
  }

  localPath(copy: ContentCopy): string {
    return join(this.#root, contentKey(copy));
  }

  async has(copy: ContentCopy): Promise<number | undefined> {
    const stats = await absentAsUndefined<Stats>(fs.stat(this.localPath(copy)));
    return stats?.size;
  }

  async put(copy: ContentCopy, source: ByteSource): Promise<void> {
    const target = this.localPath(copy);
    const partial = join(this.#scratch, `put-${randomUUID()}`);
    await fileErrors('the content could not be stored', async () => {
      await makeFolder(dirname(target), this.#root);
      const before = await absentAsUndefined<Stats>(fs.stat(target));
      try {
        if (!(isScratchSource(source) && (await takeFile(source, partial))))
          await writeVerified(partial, copy, source);
        await fs.rename(partial, target);
        if (before !== undefined) await refreshEndings(target, copy.repository, this.#scratch);
      } catch (error) {
        await fs.rm(partial, { force: true });
        throw error;
      }
      await syncFolder(dirname(target));
    });
  }

  async open(copy: ContentCopy): Promise<Readable> {
    const file = await absentAsUndefined(fs.open(this.localPath(copy), constants.O_RDONLY));
    if (file === undefined) throw absent(copy);
    return file.createReadStream({ highWaterMark: 128 * 1024 });
  }

  async delete(copy: ContentCopy): Promise<void> {
    const path = this.localPath(copy);
    let removed = false;
    for (const name of [path, ...(await endingsOf(path, copy.repository))])
      removed = (await absentAsUndefined(fs.unlink(name).then(() => true))) ?? removed;
    if (removed) await fileErrors('the content could not be removed', () => syncFolder(dirname(path)));
  }

  async *list(repository: string): AsyncIterable<ContentCopy> {
    const folder = join(this.#root, repository, 'sha256');
    const distinct = new DistinctCopies();
    for (const shard of (await absentAsUndefined(fs.readdir(folder))) ?? []) {
      for (const name of ((await absentAsUndefined(fs.readdir(join(folder, shard)))) ?? []).toSorted()) {
        const key = relative(this.#root, join(folder, shard, name))
          .split(sep)
          .join('/');
        const parsed = parseContentKey(key);
        const copy = parsed === undefined ? undefined : distinct.next(parsed);
        if (copy !== undefined) yield copy;
      }
    }
  }

  async removeAbandoned(before: Date): Promise<number> {
    let removed = 0;
    for (const name of (await absentAsUndefined(fs.readdir(this.#scratch))) ?? []) {
      const path = join(this.#scratch, name);
      const stats = await absentAsUndefined<Stats>(fs.lstat(path));
      if (stats === undefined || stats.mtimeMs >= before.getTime()) continue;
      await fileErrors('an abandoned file could not be removed', () =>
        fs.rm(path, { recursive: true, force: true }),
      );
      removed += 1;
    }
    return removed;
  }

  async locate(copy: ContentCopy, ending?: string): Promise<Location> {
    const location = this.#locations.of(copy, ending);
    if (ending === undefined) return location;
    const there = await fileErrors('the content could not be stored with an ending', () =>
      addEnding(this.#root, this.#scratch, copy, ending),
    );
    if (!there) throw absent(copy);
    return location;
  }

  async checkLocatable(): Promise<void> {
    this.#locations.check();
  }
}

function absent({ digest }: ContentCopy): HoldfastError {
  return new HoldfastError('not-found', `content ${digest} is not in the store's files`);
}

/** Makes a folder, and flushes each parent that got a new entry. */
async function makeFolder(folder: string, root: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let parent = dirname(folder); parent.length >= root.length; parent = dirname(parent))
    await syncFolder(parent);
}

/** Makes the giver's file the copy under a further name. False where that cannot be: then it must be read. */
async function takeFile({ scratchFile, size }: ScratchSource, path: string): Promise<boolean> {
  const file = await fs.open(scratchFile, 'r+');
  try {
    if ((await file.stat()).size !== size) return false;
    await file.chmod(0o444);
    await file.sync();
  } finally {
    await file.close();
  }
  return linkIfPossible(scratchFile, path);
}

async function writeVerified(path: string, { digest }: ContentCopy, source: ByteSource): Promise<void> {
  const file = await fs.open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    for await (const chunk of source.open() as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      await writeAll(file, chunk);
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== digest) {
      throw new HoldfastError('corrupt', `the bytes to store have digest ${found}, not ${digest}`, {
        hint: 'The source changed while it was read; publish it again.',
      });
    }
    await file.chmod(0o444);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: fs.FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    offset += (await file.write(chunk, offset)).bytesWritten;
  }
}
