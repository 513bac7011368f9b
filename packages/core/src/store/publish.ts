import { randomUUID } from 'node:crypto';
import { createReadStream, lstatSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { lookup } from 'mrmime';
import { checkArtifactId, checkDigest, checkRepositoryName, quote, type Digest } from '../arn/index.js';
import { HoldfastError, isHoldfastError } from '../errors.js';
import type { ByteSource } from '../ports/index.js';
import { systemErrorCode } from '../system-errors.js';
import { actorOf, withArn, type StoreContext } from './context.js';
import { hashBytes, hashFile, hashStream } from './hashing.js';
import type { PublishInput, PublishResult, PublishSource } from './types.js';

/** How often a publish begins again because its lease ran out while it was uploading. */
const MAX_ATTEMPTS = 5;

/** A content that is about to be published: its digest, and where its bytes are if they have to move. */
interface Prepared {
  readonly digest: Digest;
  readonly source?: ByteSource;
  readonly size: number;
  readonly treeDigest?: string;
}

/** Publishes one content under one artifact ID; see {@link ArtifactStore.publish}. */
export async function publish(context: StoreContext, input: PublishInput): Promise<PublishResult> {
  checkArtifactId(input.id);
  const repository = checkRepositoryName(input.repository ?? 'default');
  const { source } = input;
  switch (source.kind) {
    case 'digest':
      return publishContent(context, input, { digest: checkDigest(source.digest), size: 0 });
    case 'bytes':
      return publishContent(context, input, {
        ...hashBytes(source.bytes),
        source: { open: () => Readable.from([source.bytes]) },
      });
    case 'stream':
      return withScratchFile(context, async (file) =>
        publishContent(context, input, {
          ...(await hashStream(source.stream, file)),
          source: fileSource(file),
        }),
      );
    case 'path':
      return isDirectory(source.path)
        ? publishDirectory(context, input, source.path, repository)
        : publishFile(context, input, source.path);
  }
}

async function publishFile(context: StoreContext, input: PublishInput, path: string): Promise<PublishResult> {
  const hashed = await readable(path, () => hashFile(path));
  context.onEvent({ type: 'hashed', path, bytes: hashed.size });
  return publishContent(context, input, { ...hashed, source: fileSource(path) });
}

/** A tree that anyone published to the repository before is recognised by its digest, and not packed. */
async function publishDirectory(
  context: StoreContext,
  input: PublishInput,
  path: string,
  repository: string,
): Promise<PublishResult> {
  const { digestTree, packTree, readTree } = await import('../packing/index.js');
  const tree = readTree(path);
  const treeDigest = await digestTree(tree);
  const known = await context.engine.catalog.findTree(repository, treeDigest);
  if (known !== undefined) {
    try {
      const result = await publishContent(context, input, { ...known, treeDigest });
      context.onEvent({ type: 'unchanged', path, digest: known.digest });
      return result;
    } catch (error) {
      // Swept since: it is packed like a new one.
      if (!(error instanceof HoldfastError && error.code === 'not-found')) throw error;
    }
  }
  return withScratchFile(context, async (file) => {
    const packed = await packTree(tree, file);
    context.onEvent({ type: 'packed', path, entries: packed.entries, bytes: packed.size });
    return publishContent(context, input, { ...packed, source: fileSource(file) });
  });
}

/** Records the version at once when its content is stored already, and otherwise uploads it under a lease. */
async function publishContent(
  context: StoreContext,
  input: PublishInput,
  content: Prepared,
): Promise<PublishResult> {
  const known = await record(context, input, content);
  if (known !== undefined) return { ...known, uploaded: false };
  const { catalog } = context.engine;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const lease = randomUUID();
    try {
      const uploaded = await upload(context, input, content, lease);
      const recorded = await record(context, input, content, lease);
      if (recorded !== undefined) return { ...recorded, uploaded };
    } catch (error) {
      // The first failure is what the caller must see; a lease that cannot be given back expires.
      const key = { repository: input.repository ?? 'default', digest: content.digest, lease };
      await catalog.releaseLease(key).catch(() => undefined);
      throw error;
    }
  }
  throw new HoldfastError(
    'unavailable',
    `publishing ${quote(input.id)} took longer than its lease, ${MAX_ATTEMPTS} times`,
    { hint: 'Try again, or give publishing a longer lease.' },
  );
}

/** Makes sure that the leased content is stored. Returns whether bytes moved. */
async function upload(
  context: StoreContext,
  input: PublishInput,
  { digest, size, source }: Prepared,
  lease: string,
): Promise<boolean> {
  const { engine, clock, leaseMs, onEvent } = context;
  const repository = input.repository ?? 'default';
  const expiresAt = new Date(clock().getTime() + leaseMs).toISOString();
  if (source === undefined) {
    throw new HoldfastError('not-found', `repository ${quote(repository)} has no content ${digest}`, {
      hint: 'Publish the file itself; a digest alone is enough only for content that is stored already.',
    });
  }
  const { generation, stored } = await engine.catalog.leaseContent({ repository, digest, lease, expiresAt });
  if (stored) return false;
  try {
    await engine.content.put({ repository, digest, generation }, source);
  } catch (error) {
    throw isHoldfastError(error) && error.code === 'corrupt' ? sourceChanged(input, error) : error;
  }
  onEvent({ type: 'stored', digest, bytes: size });
  return true;
}

/** Nothing stored is damaged: what was to be stored is no longer what it was when its digest was taken. */
function sourceChanged({ id, source }: PublishInput, cause: HoldfastError): HoldfastError {
  const what = source.kind === 'path' ? quote(source.path) : `the content of ${quote(id)}`;
  return new HoldfastError('conflict', `${what} changed while it was published as ${quote(id)}`, {
    hint: 'Nothing was published. Try again when nobody writes to it.',
    cause,
  });
}

/** Undefined when the content is not stored, or was swept because the lease had expired. */
async function record(
  context: StoreContext,
  input: PublishInput,
  { digest, size, treeDigest }: Prepared,
  lease?: string,
): Promise<Omit<PublishResult, 'uploaded'> | undefined> {
  const recorded = await context.engine.catalog.recordVersion({
    ...actorOf(context),
    repository: input.repository ?? 'default',
    id: input.id,
    digest,
    size,
    mediaType: input.mediaType ?? guessMediaType(input.source, treeDigest),
    labels: input.labels ?? {},
    provenance: input.provenance ?? {},
    ...(treeDigest === undefined ? {} : { treeDigest }),
    ...(lease === undefined ? {} : { lease }),
  });
  if (recorded.outcome === 'content-needed' || recorded.outcome === 'lease-lost') return undefined;
  return { version: withArn(context.identity, recorded.version), outcome: recorded.outcome };
}

function guessMediaType(source: PublishSource, treeDigest: string | undefined): string {
  if (treeDigest !== undefined) return 'application/zip';
  const guess = source.kind === 'path' ? lookup(basename(source.path)) : undefined;
  return guess ?? 'application/octet-stream';
}

function fileSource(path: string): ByteSource {
  return { size: statSync(path).size, open: () => createReadStream(path, { highWaterMark: 128 * 1024 }) };
}

async function withScratchFile<T>(context: StoreContext, work: (file: string) => Promise<T>): Promise<T> {
  const file = join(context.engine.scratch, `publish-${randomUUID()}`);
  try {
    return await work(file);
  } finally {
    await rm(file, { force: true });
  }
}

function isDirectory(path: string): boolean {
  const stats = statOf(path);
  if (stats.isDirectory()) return true;
  if (stats.isFile()) return false;
  throw new HoldfastError('invalid-input', `${quote(path)} is neither a file nor a directory`);
}

function statOf(path: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const dangling = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    const why = dangling ? 'is a symbolic link to nothing' : 'does not exist';
    return new HoldfastError('invalid-input', `${quote(path)} ${why}`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new HoldfastError('access-denied', `${quote(path)} cannot be read: permission denied`, {
      cause: error,
    });
  }
  return code === ''
    ? error
    : new HoldfastError('unavailable', `${quote(path)} cannot be read (${code})`, { cause: error });
}
