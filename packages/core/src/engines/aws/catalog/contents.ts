import type { Digest } from '../../../arn/index.js';
import type { Instant } from '../../../model.js';
import type { ContentCopy, ContentRecord, Page } from '../../../ports/index.js';
import { remove, update } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { and, expr, path } from './expressions.js';
import type { VersionFacts } from './hints.js';
import { contentRecord, type ArtifactItem, type ContentItem } from './items.js';
import { artifactKey, contentKey, contentsOf, namesOf, removalKey, removalsOf, type Key } from './keys.js';
import { asSeen } from './leases.js';
import { requireRepository } from './repositories.js';
import { MAX_ACTIONS } from './table-client.js';

const CONTENTS = 'content#';

/** Contents with bytes, or about to have them, that no version and no lease names; or that only have leases at all. */
export async function* unusedContents(
  { table }: Context,
  repository: string,
  at: Instant,
  leased?: 'or leased',
): AsyncGenerator<ContentItem> {
  const unnamed = expr`#versions = ${0}`;
  const either = leased === undefined ? unnamed : expr`(${unnamed} OR size(#leases) > ${0})`;
  const filter = expr`#state IN (${'pending'}, ${'stored'}) AND ${either}`;
  for await (const item of table.range<ContentItem>(contentsOf(repository), { prefix: CONTENTS, filter })) {
    const expired = Object.values(item.leases).some((expiresAt) => expiresAt <= at);
    const alive = Object.values(item.leases).some((expiresAt) => expiresAt > at);
    if (leased === undefined ? !alive : expired || !alive) yield item;
  }
}

export async function getContent(
  { table }: Context,
  repository: string,
  digest: Digest,
): Promise<ContentRecord | undefined> {
  const item = await table.getTogether<ContentItem>(contentKey(repository, digest));
  return item && contentRecord(item);
}

/**
 * Nothing changes when the copy is on its way out, or another one is there by now. Artifacts that say where the copy lies stop saying it
 * in the same transaction; those that do not fit, before.
 */
export function replaceObjectVersion(
  context: Context,
  { repository, digest, generation }: ContentCopy,
  objectVersion: string,
): Promise<void> {
  const { table } = context;
  return carryOut(context, async (): Promise<Plan<void>> => {
    const content = await table.get<ContentItem>(contentKey(repository, digest));
    if (content?.generation !== generation || content.state !== 'stored')
      return { actions: [], result: undefined };
    const silencing = (await artifactsThatSay(context, content)).map((key) =>
      update(key, { remove: [NEWEST_COPY] }, expr`attribute_exists(${NEWEST_COPY})`),
    );
    while (silencing.length >= MAX_ACTIONS) await table.write(silencing.splice(0, MAX_ACTIONS));
    const set = [expr`#objectVersion = ${objectVersion}`];
    // Another version of this content is by another artifact, which says where it lies, too.
    const asRead = and(asSeen(content), expr`#versions = ${content.versions}`);
    return {
      actions: [update(contentKey(repository, digest), { set }, asRead), ...silencing],
      result: undefined,
    };
  });
}

const NEWEST_COPY = path('newest', 'copy');

/** The artifacts whose newest version is of this content, and that say where it lies. */
async function artifactsThatSay({ table }: Context, { repository, digest }: ContentItem): Promise<Key[]> {
  const keys: Key[] = [];
  for await (const { id } of table.range<VersionFacts>(contentsOf(repository), { prefix: namesOf(digest) }))
    keys.push(artifactKey(repository, id));
  const items = await table.batchGet<ArtifactItem>(keys);
  return keys.filter((_, i) => items[i]?.newest?.digest === digest && items[i].newest.copy !== undefined);
}

export async function isLeased({ table }: Context, repository: string, digest: Digest): Promise<boolean> {
  const item = await table.get<ContentItem>(contentKey(repository, digest));
  return item !== undefined && Object.keys(item.leases).length > 0;
}

export async function listContents(
  context: Context,
  repository: string,
  page: Page<Digest>,
): Promise<ContentRecord[]> {
  const after = page.after === undefined ? {} : { after: CONTENTS + page.after };
  const records: ContentRecord[] = [];
  const range = context.table.range<ContentItem>(contentsOf(repository), { prefix: CONTENTS, ...after });
  for await (const item of range) {
    if (records.push(contentRecord(item)) === page.limit) return records;
  }
  if (records.length === 0) await requireRepository(context, repository);
  return records;
}

type Removal = ContentCopy & { readonly size: number };

export async function listRemovals({ table }: Context, name: string): Promise<Removal[]> {
  const removals: Removal[] = [];
  for await (const item of table.range<Removal>(removalsOf(name))) {
    const { repository, digest, generation, size } = item;
    removals.push({ repository, digest, generation, size });
  }
  return removals;
}

export function finishRemoval(context: Context, copy: ContentCopy): Promise<void> {
  const { repository, digest, generation } = copy;
  const removal = removalKey(repository, digest, generation);
  return carryOut(context, async (): Promise<Plan<void>> => {
    const content = await context.table.get<ContentItem>(contentKey(repository, digest));
    const begun = await context.table.get(removal);
    if (content === undefined || begun === undefined) return { actions: [], result: undefined };
    const current = content.generation === generation && content.state === 'removing';
    const asRead = expr`#generation = ${content.generation} AND #state = ${content.state}`;
    return {
      actions: [
        remove(removal),
        ...(current
          ? [update(contentKey(repository, digest), { set: [expr`#state = ${'removed'}`] }, asRead)]
          : []),
      ],
      result: undefined,
    };
  });
}
