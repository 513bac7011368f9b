import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { StoreIdentity } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import type { Location } from '../../model.js';
import type { ByteSource, ContentCopy, ContentStorage, Engine, EngineOptions } from '../../ports/index.js';
import { embeddedIdentity } from '../identity.js';
import { contentKey, EmbeddedLocations, parseContentKey } from '../locate.js';
import { SqliteCatalog } from '../sqlite/sqlite-catalog.js';

/** Contents in a map; for tests. */
class MemoryContent implements ContentStorage {
  readonly #contents = new Map<string, Buffer>();
  readonly #locations: EmbeddedLocations;

  constructor(identity: StoreIdentity, bucket: string | undefined) {
    this.#locations = new EmbeddedLocations(identity, bucket);
  }

  async has(copy: ContentCopy): Promise<number | undefined> {
    return this.#contents.get(contentKey(copy))?.length;
  }

  async put(copy: ContentCopy, source: ByteSource): Promise<void> {
    const bytes = Buffer.concat(await source.open().toArray());
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (found !== copy.digest) {
      throw new HoldfastError('corrupt', `the bytes to store have digest ${found}, not ${copy.digest}`);
    }
    this.#contents.set(contentKey(copy), bytes);
  }

  async open(copy: ContentCopy): Promise<Readable> {
    const bytes = this.#contents.get(contentKey(copy));
    if (bytes === undefined) throw absent(copy);
    return Readable.from([bytes]);
  }

  async delete(copy: ContentCopy): Promise<void> {
    this.#contents.delete(contentKey(copy));
  }

  async *list(repository: string): AsyncIterable<ContentCopy> {
    for (const key of this.#contents.keys()) {
      const copy = parseContentKey(key);
      if (copy?.repository === repository) yield copy;
    }
  }

  async removeAbandoned(): Promise<number> {
    return 0;
  }

  async locate(copy: ContentCopy, ending?: string): Promise<Location> {
    const location = this.#locations.of(copy, ending);
    if (ending !== undefined && !this.#contents.has(contentKey(copy))) throw absent(copy);
    return location;
  }

  async checkLocatable(): Promise<void> {
    this.#locations.check();
  }
}

function absent({ digest }: ContentCopy): HoldfastError {
  return new HoldfastError('not-found', `content ${digest} is not in memory`);
}

const open = new Map<string, { engine: Engine; handles: number }>();

/** Opens `memory:<name>`: handles of one name in one process share one storage, which goes with the last of them. */
export function openMemoryEngine(url: string, options: EngineOptions): Engine {
  const shared = open.get(url) ?? { engine: newEngine(url, options), handles: 0 };
  shared.handles += 1;
  open.set(url, shared);
  let closed = false;
  const catalog = Object.create(shared.engine.catalog) as Engine['catalog'];
  catalog.close = async () => {
    if (closed) return;
    closed = true;
    shared.handles -= 1;
    if (shared.handles > 0) return;
    open.delete(url);
    rmSync(shared.engine.scratch, { recursive: true, force: true });
    await shared.engine.catalog.close();
  };
  return { ...shared.engine, catalog };
}

function newEngine(url: string, options: EngineOptions): Engine {
  const identity = embeddedIdentity(options.identity);
  return {
    url,
    identity,
    catalog: new SqliteCatalog(':memory:', identity),
    content: new MemoryContent(identity, options.bucket),
    scratch: mkdtempSync(join(tmpdir(), 'holdfast-')),
  };
}
