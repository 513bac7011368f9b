import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { lookup } from 'mrmime';
import { quote } from '../arn/index.js';
import { HoldfastError, isHoldfastError } from '../errors.js';
import type {
  ContentCopy,
  FoundVersion,
  Lease,
  LeaseInput,
  RecordVersionInput,
  RecordVersionResult,
} from '../ports/index.js';
import { actorOf, withArn, type StoreContext } from './context.js';
import { REPAIR_HINT } from './hashing.js';
import type { LookAhead } from './look-ahead.js';
import { Noting } from './noting.js';
import { prepareAll, Scratch, type Prepared } from './prepare.js';
import type { PublishInput, PublishResult, PublishSource } from './types.js';

/** How often a publish begins again because its lease ran out while it was uploading. */
const MAX_ATTEMPTS = 5;

/** How many contents are uploaded at once. */
const UPLOADS_AT_ONCE = 8;

/** Publishes one content under one artifact ID; see {@link ArtifactStore.publish}. */
export async function publish(context: StoreContext, input: PublishInput): Promise<PublishResult> {
  return (await publishAll(context, [input]))[0]!;
}

/** Publishes many; see {@link ArtifactStore.publishAll}. */
export async function publishAll(
  context: StoreContext,
  inputs: readonly PublishInput[],
  ahead?: LookAhead,
): Promise<PublishResult[]> {
  const scratch = new Scratch(context.engine.scratch);
  try {
    return await publishPrepared(context, await prepareAll(context, inputs, scratch, ahead));
  } finally {
    await scratch.remove();
  }
}

/** Publishes what is prepared, in its order. */
export async function publishPrepared(
  context: StoreContext,
  items: readonly Prepared[],
): Promise<PublishResult[]> {
  const results = new Map<Prepared, PublishResult>();
  for (const together of Map.groupBy(items, ({ repository }) => repository).values()) {
    await publishTogether(context, together, results);
  }
  return items.map((item) => results.get(item)!);
}

type Results = Map<Prepared, PublishResult>;

/** Publishes what one repository gets: what it has already costs one look, the rest is leased, uploaded and recorded. */
async function publishTogether(
  context: StoreContext,
  items: readonly Prepared[],
  results: Results,
): Promise<void> {
  const { catalog } = context.engine;
  const noting = new Noting(context, items[0]!.repository);
  const unseen = items.filter(
    ({ existing, fresh, input }) => existing === undefined && fresh !== true && input.likelyNew !== true,
  );
  const wanted = unseen.map(({ repository, input, digest }) => ({ repository, id: input.id, digest }));
  const found = wanted.length === 0 ? [] : await catalog.findVersions(wanted);
  const seen = new Map(unseen.map((item, i) => [item, found[i]]));
  for (const item of items) {
    const version: FoundVersion | undefined = item.existing ?? seen.get(item);
    if (version === undefined) continue;
    const { copy, ...record } = version;
    results.set(item, {
      version: withArn(context.identity, record),
      outcome: 'existing',
      uploaded: false,
      ...(copy === undefined ? {} : { copy }),
    });
    tellUnchanged(context, item);
  }
  const rest = items.filter((item) => !results.has(item));
  const stored = rest.filter(({ source }) => source === undefined);
  const unstored = rest.filter(({ source }) => source !== undefined);
  try {
    await recordStored(context, stored, results, noting);
    await uploadAndRecord(context, unstored, results, noting);
  } finally {
    await noting.write();
  }
}

function tellUnchanged(context: StoreContext, { input, pack, digest }: Prepared): void {
  if (pack === undefined || input.source.kind !== 'path') return;
  context.onEvent({ type: 'unchanged', path: input.source.path, digest });
}

/** Contents that only a digest is known of: they must be stored, or be a tree that can be packed after all. */
async function recordStored(
  context: StoreContext,
  items: readonly Prepared[],
  results: Results,
  noting: Noting,
): Promise<void> {
  if (items.length === 0) return;
  const inputs = items.map((item) => recordInput(context, item));
  const recorded = await context.engine.catalog.recordVersions(inputs);
  for (const [i, item] of items.entries()) {
    const result = resultOf(context, recorded[i]!, false);
    if (result !== undefined) {
      results.set(item, result);
      noting.recorded(item, result);
      tellUnchanged(context, item);
    } else if (item.pack !== undefined) {
      const packed = await item.pack();
      await uploadAndRecord(context, [packed], results, noting);
      results.set(item, results.get(packed)!);
    } else {
      const what = `repository ${quote(item.repository)} has no content ${item.digest}`;
      throw new HoldfastError('not-found', what, {
        hint: 'Publish the file itself; a digest alone is enough only for content that is stored already.',
      });
    }
  }
}

/** Uploads under leases what is not stored, and records the versions. Begins again for those whose lease ran out. */
async function uploadAndRecord(
  context: StoreContext,
  items: readonly Prepared[],
  results: Results,
  noting: Noting,
): Promise<void> {
  const { catalog } = context.engine;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const rest = items.filter((item) => !results.has(item));
    if (rest.length === 0) return;
    const leases = rest.map((item) => leaseInput(context, item));
    try {
      const granted = await catalog.leaseContents(leases);
      const uploaded = await upload(context, rest, granted, noting);
      const inputs = rest.map((item, i) => ({
        ...recordInput(context, item),
        ...noting.placeOf(item),
        lease: leases[i]!.lease,
      }));
      const recorded = await catalog.recordVersions(inputs);
      for (const [i, item] of rest.entries()) {
        const result = resultOf(context, recorded[i]!, uploaded.has(item));
        if (result === undefined) continue;
        results.set(item, { ...result, ...copyOf(item, granted[i]!, noting) });
        noting.recorded(item, result);
      }
    } catch (error) {
      // The first failure is what the caller must see; a lease that cannot be given back expires.
      for (const lease of leases) await catalog.releaseLease(lease).catch(() => undefined);
      throw error;
    }
  }
  const late = items.find((item) => !results.has(item));
  if (late === undefined) return;
  throw new HoldfastError(
    'unavailable',
    `publishing ${quote(late.input.id)} took longer than its lease, ${MAX_ATTEMPTS} times`,
    { hint: 'Try again, or give publishing a longer lease.' },
  );
}

function leaseInput({ clock, leaseMs }: StoreContext, { repository, digest }: Prepared): LeaseInput {
  const expiresAt = new Date(clock().getTime() + leaseMs).toISOString();
  return { repository, digest, lease: randomUUID(), expiresAt };
}

/** Uploads each content that is not stored, once, some at a time. Returns the items whose bytes moved. */
async function upload(
  context: StoreContext,
  items: readonly Prepared[],
  granted: readonly Lease[],
  noting: Noting,
): Promise<Set<Prepared>> {
  const { engine, onEvent } = context;
  const moved = new Map<string, { item: Prepared; generation: number }>();
  for (const [i, item] of items.entries()) {
    const { stored, generation } = granted[i]!;
    if (!stored && !moved.has(item.digest)) moved.set(item.digest, { item, generation });
  }
  const waiting = [...moved.values()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { item, generation } = next;
      const { repository, digest, source, size } = item;
      try {
        await engine.content.put(
          { repository, digest, generation },
          source!,
          noting.ofUpload(item, recordInput(context, item)),
        );
      } catch (error) {
        waiting.length = 0;
        throw isHoldfastError(error) && error.code === 'corrupt' ? sourceChanged(item, error) : error;
      }
      onEvent({ type: 'stored', digest, bytes: size });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: UPLOADS_AT_ONCE }, work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return new Set([...moved.values()].map(({ item }) => item));
}

/** Nothing stored is damaged: what was to be stored is no longer what it was when its digest was taken. */
function sourceChanged({ input: { id, source }, copied }: Prepared, cause: HoldfastError): HoldfastError {
  if (copied !== undefined) {
    return new HoldfastError('corrupt', `${copied.from} is damaged in its store, and was not copied`, {
      hint: REPAIR_HINT,
      cause,
    });
  }
  const what = source.kind === 'path' ? quote(source.path) : `the content of ${quote(id)}`;
  return new HoldfastError('conflict', `${what} changed while it was published as ${quote(id)}`, {
    hint: 'Nothing was published. Try again when nobody writes to it.',
    cause,
  });
}

function recordInput(
  context: StoreContext,
  { input, repository, digest, size, treeDigest, treeShape, copied }: Prepared,
): RecordVersionInput {
  return {
    ...(copied?.actor ?? actorOf(context)),
    ...{ repository, id: input.id, digest, size },
    mediaType: input.mediaType ?? guessMediaType(input.source, treeDigest),
    labels: input.labels ?? {},
    provenance: input.provenance ?? {},
    ...(treeDigest === undefined ? {} : { treeDigest }),
    ...(treeShape === undefined ? {} : { treeShape }),
  };
}

/** Undefined when the content is not stored, or was swept because the lease had expired. */
function resultOf(
  { identity }: StoreContext,
  recorded: RecordVersionResult,
  uploaded: boolean,
): PublishResult | undefined {
  if (recorded.outcome === 'content-needed' || recorded.outcome === 'lease-lost') return undefined;
  return { version: withArn(identity, recorded.version), outcome: recorded.outcome, uploaded };
}

/** The copy that was uploaded under this lease, where the storage told what it stored it as. */
function copyOf(
  item: Prepared,
  { generation, stored }: Lease,
  noting: Noting,
): { readonly copy?: ContentCopy } {
  const place = noting.placeOf(item);
  if (stored || place.objectVersion === undefined) return {};
  const { repository, digest } = item;
  return { copy: { repository, digest, generation, ...place } };
}

function guessMediaType(source: PublishSource, treeDigest: string | undefined): string {
  if (treeDigest !== undefined) return 'application/zip';
  const guess = source.kind === 'path' ? lookup(basename(source.path)) : undefined;
  return guess ?? 'application/octet-stream';
}
