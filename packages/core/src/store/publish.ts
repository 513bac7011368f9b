import { randomUUID } from 'node:crypto';
import { createReadStream, lstatSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { lookup } from 'mrmime';
import { checkArtifactId, checkDigest, checkRepositoryName, quote, type Digest } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { ByteSource } from '../ports/index.js';
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
  const tree = await readTree(path);
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

async function publishContent(
  context: StoreContext,
  input: PublishInput,
  content: Prepared,
): Promise<PublishResult> {
  const { catalog } = context.engine;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const lease = randomUUID();
    const result = await underLease(context, input, content, lease).catch(async (error: unknown) => {
      // The first failure is what the caller must see; a lease that cannot be given back expires.
      await catalog.releaseLease(lease).catch(() => undefined);
      throw error;
    });
    if (result !== undefined) return result;
  }
  throw new HoldfastError(
    'unavailable',
    `publishing ${quote(input.id)} took longer than its lease, ${MAX_ATTEMPTS} times`,
    {
      hint: 'Try again, or give publishing a longer lease.',
    },
  );
}

/** One attempt; undefined when the lease was lost. */
async function underLease(
  context: StoreContext,
  input: PublishInput,
  content: Prepared,
  lease: string,
): Promise<PublishResult | undefined> {
  const { engine, identity } = context;
  const repository = input.repository ?? 'default';
  const { digest, source, treeDigest } = content;
  const expiresAt = new Date(context.clock().getTime() + context.leaseMs).toISOString();
  const leased = await engine.catalog.leaseContent({ repository, digest, lease, expiresAt });
  if (!leased.stored) {
    if (source === undefined) {
      throw new HoldfastError('not-found', `repository ${quote(repository)} has no content ${digest}`, {
        hint: 'Publish the file itself; a digest alone is enough only for content that is stored already.',
      });
    }
    await engine.content.put({ repository, digest, generation: leased.generation }, source);
    context.onEvent({ type: 'stored', digest, bytes: content.size });
  }
  const recorded = await engine.catalog.recordVersion({
    ...actorOf(context),
    lease,
    repository,
    id: input.id,
    digest,
    size: leased.size ?? content.size,
    mediaType: input.mediaType ?? guessMediaType(input.source, treeDigest),
    labels: input.labels ?? {},
    provenance: input.provenance ?? {},
    ...(treeDigest === undefined ? {} : { treeDigest }),
  });
  if (recorded.outcome === 'lease-lost') return undefined;
  return {
    version: withArn(identity, recorded.version),
    outcome: recorded.outcome,
    uploaded: !leased.stored,
  };
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
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
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
