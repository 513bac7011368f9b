import { open } from 'node:fs/promises';
import { parseArn, type PublishResult, type PublishSource, type Version } from '@holdfast/core';
import type { ArtifactUse } from '../plan/types.js';
import { mapBounded } from './bounded.js';
import type { PlannedUse } from './plan-template.js';
import type { PackagingStore } from './store.js';

/** A use with the version that it got. */
export interface PackagedUse {
  readonly use: ArtifactUse;
  /** The slot as the stack's consumer has it: inside of nested templates with the nested stacks before it. */
  readonly slot: string;
  readonly version: Version;
  /** The ARN of the bookmark that the template named. */
  readonly bookmark?: string;
  /** `resolved` for an ARN. */
  readonly outcome: PublishResult['outcome'] | 'resolved';
  /** Whether bytes moved into the store. */
  readonly uploaded: boolean;
}

export interface PublishOptions {
  readonly repository?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

type Published = Omit<PackagedUse, 'use' | 'slot'>;

/** How many directories are packed at once; packing itself uses all processors. */
const AT_ONCE = 4;

/**
 * Publishes paths and resolves ARNs. A path that several uses share is packed once, and the values that resources share
 * through an alias are one artifact. The answer is in the order of the uses.
 */
export async function publishUses(
  store: PackagingStore,
  items: readonly PlannedUse[],
  slotPrefix: string,
  contentOf: (item: PlannedUse) => Promise<PublishSource | undefined>,
  options: PublishOptions,
): Promise<PackagedUse[]> {
  const byOffset = new Map<number, PlannedUse>();
  for (const item of items) if (!byOffset.has(item.use.offset)) byOffset.set(item.use.offset, item);

  const byPath = new Map<string, PlannedUse[]>();
  for (const item of byOffset.values()) {
    const { path, use } = item;
    const key = path === undefined ? use.slot : `${use.packing} ${use.repository ?? ''} ${path}`;
    byPath.set(key, [...(byPath.get(key) ?? []), item]);
  }
  const done = new Map<number, Published>();
  await mapBounded([...byPath.values()], AT_ONCE, async (group) => {
    let first: Version | undefined;
    for (const item of group) {
      const published = await publishOne(store, item, first, contentOf, options);
      first ??= published.version;
      done.set(item.use.offset, published);
    }
  });
  return items.map(({ use }) => ({
    use,
    slot: `${slotPrefix}${use.slot}`,
    ...done.get(use.offset)!,
  }));
}

async function publishOne(
  store: PackagingStore,
  item: PlannedUse,
  same: Version | undefined,
  contentOf: (item: PlannedUse) => Promise<PublishSource | undefined>,
  options: PublishOptions,
): Promise<Published> {
  const { use, id, path, found } = item;
  const repository = use.repository ?? options.repository;
  if (use.value.kind === 'arn') {
    const { version, through } = await store.resolve(use.value.arn);
    return {
      version,
      outcome: 'resolved',
      uploaded: false,
      ...(through === undefined ? {} : { bookmark: through }),
    };
  }
  const publish = (source: PublishSource, mediaType?: string): Promise<PublishResult> =>
    store.publish({
      id: id!,
      source,
      ...(repository === undefined ? {} : { repository }),
      ...(options.labels === undefined ? {} : { labels: options.labels }),
      ...(mediaType === undefined ? {} : { mediaType }),
    });
  const file = path!;
  const given = await contentOf(item);
  if (given !== undefined) return publish(given);
  if (same !== undefined) return publish({ kind: 'digest', digest: same.digest }, same.mediaType);
  const zip = use.packing === 'archive' && found === 'file' && !(await isArchive(file));
  return publish({ kind: 'path', path: file, ...(zip ? { zip } : {}) });
}

/** True for a zip by its first bytes, whatever it is called: jar and war are zips too. */
async function isArchive(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    const magic = buffer.toString('latin1', 0, bytesRead);
    return magic === 'PK\x03\x04' || magic === 'PK\x05\x06';
  } finally {
    await handle.close();
  }
}

/** The name of the bookmark that a use came through. */
export function bookmarkName(arn: string): string | undefined {
  const parsed = parseArn(arn);
  return parsed.type === 'bookmark' ? parsed.name : undefined;
}
