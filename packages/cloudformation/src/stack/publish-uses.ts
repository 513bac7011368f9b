import { open } from 'node:fs/promises';
import {
  mapBounded,
  parseArn,
  type PublishInput,
  type PublishResult,
  type PublishSource,
  type Version,
} from '@holdfast/core';
import type { ArtifactUse } from '../plan/types.js';
import type { PlannedUse } from './plan-template.js';
import type { PackagingStore } from './store.js';

/** A use with the version that it got. */
export interface PackagedUse {
  readonly use: ArtifactUse;
  /** The slot as the template around it has it: inside of nested templates with the nested stacks before it. */
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

/** How many ARNs are looked up at once. */
const AT_ONCE = 4;

/**
 * Publishes paths, all together, and resolves ARNs. A path that several uses share is packed once, and the values that resources
 * share through an alias are one artifact. The answer is in the order of the uses.
 */
export async function publishUses(
  store: PackagingStore,
  items: readonly PlannedUse[],
  contentOf: (item: PlannedUse) => Promise<PublishSource | undefined>,
  options: PublishOptions,
): Promise<PackagedUse[]> {
  const byOffset = new Map<number, PlannedUse>();
  for (const item of items) if (!byOffset.has(item.use.offset)) byOffset.set(item.use.offset, item);

  const done = new Map<number, Published>();
  const named = [...byOffset.values()].filter(({ use }) => use.value.kind === 'arn');
  await mapBounded(named, AT_ONCE, async ({ use }) => {
    if (use.value.kind === 'arn') done.set(use.offset, await resolveUse(store, use.value.arn));
  });
  const paths = [...byOffset.values()].filter(({ use }) => use.value.kind !== 'arn');
  const groups = [...Map.groupBy(paths, (item) => contentKey(item, options)).values()];

  const inputs = await Promise.all(
    groups.map(async ([first]) => ({
      ...aboutUse(first!, options),
      source: (await contentOf(first!)) ?? (await sourceOf(first!)),
    })),
  );
  const results = inputs.length === 0 ? [] : await store.publishAll(inputs);
  const others = groups.flatMap(([first, ...rest], i) => {
    done.set(first!.use.offset, results[i]!);
    const { digest, mediaType } = results[i]!.version;
    return rest.map((item) => ({ item, source: { kind: 'digest', digest } as const, mediaType }));
  });
  if (others.length > 0) {
    const again = await store.publishAll(
      others.map(({ item, ...content }) => ({ ...aboutUse(item, options), ...content })),
    );
    for (const [i, { item }] of others.entries()) done.set(item.use.offset, again[i]!);
  }
  return items.map(({ use }) => ({ use, slot: use.slot, ...done.get(use.offset)! }));
}

/** Uses with the same key have the same content, in the same repository. */
function contentKey({ use, path, child }: PlannedUse, options: PublishOptions): string {
  // A nested template is published as it was rewritten, which depends on its slots.
  if (child !== undefined || path === undefined) return `slot ${use.slot}`;
  return JSON.stringify([use.packing, use.repository ?? options.repository ?? '', path]);
}

async function resolveUse(store: PackagingStore, arn: string): Promise<Published> {
  const { version, through } = await store.resolve(arn);
  return {
    version,
    outcome: 'resolved',
    uploaded: false,
    ...(through === undefined ? {} : { bookmark: through }),
  };
}

/** What is published for a use, besides its content. */
function aboutUse({ use, id }: PlannedUse, options: PublishOptions): Omit<PublishInput, 'source'> {
  const repository = use.repository ?? options.repository;
  return {
    id: id!,
    ...(repository === undefined ? {} : { repository }),
    ...(options.labels === undefined ? {} : { labels: options.labels }),
  };
}

async function sourceOf({ use, path, found }: PlannedUse): Promise<PublishSource> {
  const file = path!;
  const zip = use.packing === 'archive' && found === 'file' && !(await isArchive(file));
  return { kind: 'path', path: file, ...(zip ? { zip } : {}) };
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
