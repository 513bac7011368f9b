import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Digest } from '../arn/index.js';
import type { Instant, VersionKey, VersionRecord } from '../model.js';
import type { Actor, ByteSource, ContentCopy, Engine, RecordVersionInput } from '../ports/index.js';

/** Bytes with what is known of them. */
export interface Material {
  readonly bytes: Buffer;
  readonly digest: Digest;
  readonly size: number;
  readonly source: ByteSource;
}

/** Makes content of a text. */
export function material(text: string): Material {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes), size: bytes.length, source: sourceOf(bytes) };
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, open: () => Readable.from([bytes]) };
}

/** The instant so many minutes after the suite's beginning of time. */
export function minute(count: number): Instant {
  return new Date(Date.UTC(2026, 0, 1) + count * 60_000).toISOString();
}

/** Somebody who acts at that minute. */
export function actor(at = 0, by = 'tester'): Actor {
  return { by, at: minute(at) };
}

/** The key of a version in the default repository. */
export function key(id: string, number: number, repository = 'default'): VersionKey {
  return { repository, id, number };
}

export function keyOf({ repository, id, number }: VersionKey): VersionKey {
  return { repository, id, number };
}

/** An ARN in the form of a stack ID. */
export function stack(name: string): string {
  return `arn:aws:cloudformation:eu-west-1:123456789012:stack/${name}/00000000-0000-4000-8000-000000000000`;
}

export interface PublishOptions extends Partial<Omit<RecordVersionInput, 'lease' | 'digest' | 'size'>> {
  /** The minute at which the lease ends. */
  readonly leaseUntil?: number;
}

/** Publishes by the ports alone: lease, put unless it is there, record. */
export async function publish(
  engine: Engine,
  id: string,
  content: Material,
  options: PublishOptions = {},
): Promise<VersionRecord> {
  const result = await publishResult(engine, id, content, options);
  assert('version' in result, `publishing ${id} ended with ${result.outcome} though its lease did not`);
  return result.version;
}

export async function publishResult(
  engine: Engine,
  id: string,
  content: Material,
  options: PublishOptions = {},
) {
  const { leaseUntil = 1_000_000, repository = 'default', ...rest } = options;
  const { digest } = content;
  const lease = randomUUID();
  const granted = await engine.catalog.leaseContent({
    repository,
    digest,
    lease,
    expiresAt: minute(leaseUntil),
  });
  if (!granted.stored)
    await engine.content.put({ repository, digest, generation: granted.generation }, content.source);
  return engine.catalog.recordVersion(recordInput(lease, id, content, { repository, ...rest }));
}

export function recordInput(
  lease: string,
  id: string,
  { digest, size }: Pick<Material, 'digest' | 'size'>,
  options: Partial<RecordVersionInput> = {},
): RecordVersionInput {
  return {
    ...actor(),
    repository: 'default',
    mediaType: 'application/zip',
    labels: {},
    provenance: {},
    ...options,
    lease,
    id,
    digest,
    size,
  };
}

/** Deletes the version for ever: condemned at the minute, its window already over. */
export async function deleteForEver(engine: Engine, version: VersionKey, at = 10): Promise<void> {
  const { outcome } = await engine.catalog.condemnVersion(keyOf(version), minute(at), actor(at));
  assert.equal(outcome, 'condemned');
  const purged = await engine.catalog.purgeVersions(version.repository, actor(at + 1));
  assert(
    purged.some(({ id, number }) => id === version.id && number === version.number),
    `version ${version.number} of ${version.id} was not purged after its window`,
  );
}

/** Removes the bytes that nothing names any more. */
export async function sweep({ catalog, content }: Engine, repository: string, at: number): Promise<void> {
  await catalog.startRemovals(repository, actor(at));
  for (const copy of await catalog.listRemovals(repository)) {
    await content.delete(copy);
    await catalog.finishRemoval(copy);
  }
}

/** Reads the whole copy. */
export async function read(engine: Engine, copy: ContentCopy): Promise<Buffer> {
  return buffer(await engine.content.open(copy));
}

/** Collects what is listed. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Asserts that the promise is refused with the code, and by a message that holds the text. */
export async function refused(promise: Promise<unknown>, code: string, text = ''): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert(error instanceof Error && 'code' in error, `no Holdfast error: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert(error.message.includes(text), `the message does not name ${text}: ${error.message}`);
    return true;
  });
}
