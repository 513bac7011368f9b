import { hash, randomUUID } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline as pipeStreams, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HoldfastError, isHoldfastError } from '../errors.js';
import type { Location, Version, VersionKey, VersionRecord } from '../model.js';
import type { ContentCopy } from '../ports/index.js';
import { versionArn, type StoreContext } from './context.js';
import { REPAIR_HINT, verifying } from './hashing.js';
import { resolveNamed } from './resolve.js';

/** A version, and its bytes as a stream that fails with `corrupt` when they are not what the digest says. */
export interface OpenVersion {
  readonly version: Version;
  readonly stream: Readable;
}

export async function openVersion(
  context: StoreContext,
  name: string,
  repository: string,
): Promise<OpenVersion> {
  const { version } = await resolveNamed(context, name, repository);
  return { version, stream: await openVerified(context, version) };
}

/** A stream of a version's bytes that fails with `corrupt` when they are not what the digest says. */
export async function openVerified(context: StoreContext, version: VersionRecord): Promise<Readable> {
  const short = await readShort(context, version);
  if (short !== undefined) return Readable.from([short], { objectMode: false });
  const stored = await openContent(context, version);
  // The callback form hands failures of the source on to the verified stream, which the caller reads.
  return pipeStreams(stored, verifying(version.digest), () => undefined);
}

/** Bytes up to which a file is read at once: for less, streams take most of the time. */
const SHORT = 64 * 1024;

/** The bytes of a short content that lies on this machine and is what its digest says; undefined leaves it to be opened, and to fail there. */
async function readShort(context: StoreContext, version: VersionRecord): Promise<Buffer | undefined> {
  const { content } = context.engine;
  if (version.size === 0 || version.size > SHORT || content.localPath === undefined) return undefined;
  const path = content.localPath(await copyOf(context, version));
  try {
    const bytes = readFileSync(path);
    return `sha256:${hash('sha256', bytes)}` === version.digest ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Opens what the catalog says is stored. Where it is missing, that is damage: the version itself is not absent. */
export async function openContent(context: StoreContext, version: VersionRecord): Promise<Readable> {
  const { content } = context.engine;
  const copy = await copyOf(context, version);
  try {
    return await content.open(copy);
  } catch (error) {
    if (!isHoldfastError(error) || error.code !== 'not-found') throw error;
    // It may have been swept between the two questions, and published again.
    const now = await copyOf(context, version);
    if (now.generation !== copy.generation) return content.open(now);
    throw new HoldfastError('corrupt', `content ${version.digest} is missing from the store`, {
      hint: REPAIR_HINT,
      cause: error,
    });
  }
}

/** Writes a version's bytes to a file, which appears only when they are complete and verified. */
export async function readVersionTo(
  context: StoreContext,
  name: string,
  repository: string,
  file: string,
): Promise<Version> {
  const { version, stream } = await openVersion(context, name, repository);
  const partial = `${file}.${randomUUID()}.partial`;
  try {
    await pipeline(stream, createWriteStream(partial, { flags: 'wx' }));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return version;
}

export async function locateVersion(
  context: StoreContext,
  key: VersionKey | VersionRecord,
  ending?: string,
  copy?: ContentCopy,
): Promise<Location> {
  if (copy !== undefined) return context.engine.content.locate(copy, ending);
  // What is asked for with its digest needs no look at the version: its content is there or not.
  const version = 'digest' in key ? key : await context.engine.catalog.getVersion(key);
  if (version === undefined) {
    throw new HoldfastError('not-found', `${versionArn(context.identity, key)} does not exist`);
  }
  return context.engine.content.locate(await copyOf(context, version), ending);
}

async function copyOf(
  context: StoreContext,
  { repository, digest }: Pick<VersionRecord, 'repository' | 'digest'>,
): Promise<ContentCopy> {
  const content = await context.engine.catalog.getContent(repository, digest);
  if (content?.state !== 'stored') {
    throw new HoldfastError('not-found', `content ${digest} is not stored any more`);
  }
  return content;
}
