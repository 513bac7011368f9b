import type { Digest } from '../../../arn/index.js';
import type { Instant } from '../../../model.js';
import type { ContentCopy, ContentRecord, Page } from '../../../ports/index.js';
import { remove, update } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { expr } from './expressions.js';
import { contentRecord, type ContentItem } from './items.js';
import { contentKey, contentsOf, removalKey, removalsOf } from './keys.js';
import { requireRepository } from './repositories.js';

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

/** Nothing changes when the copy is on its way out, or another one is there by now. */
export async function replaceObjectVersion(
  { table }: Context,
  { repository, digest, generation }: ContentCopy,
  objectVersion: string,
): Promise<void> {
  const current = expr`#generation = ${generation} AND #state = ${'stored'}`;
  const set = [expr`#objectVersion = ${objectVersion}`];
  await table.write([update(contentKey(repository, digest), { set }, current)]);
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
