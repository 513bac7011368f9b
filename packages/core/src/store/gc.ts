import { formatArn, type Digest } from '../arn/index.js';
import type { ContentCopy, ContentRecord, JournalLine } from '../ports/index.js';
import { actorOf, versionArn, type StoreContext } from './context.js';
import { decideVersions } from './expiry.js';
import { noteLines } from './noting.js';
import { pagesOf } from './pages.js';
import { removeContents } from './removals.js';
import { sweepReplicas } from './replicas/sweep-replicas.js';
import type { GcItem, GcReport } from './types.js';

/** How many contents are asked of the catalog with one request, as far as an engine gives so many. */
const CONTENTS_AT_ONCE = 4_000;

/**
 * Condemns what the lifecycle lets expire, then removes for good what was condemned and whose window has ended, and bytes that
 * nothing names any more.
 *
 * Marks first and removes bytes afterwards; what a kill leaves undone, the next run does.
 */
export async function collectGarbage(
  context: StoreContext,
  repository: string,
  dryRun: boolean,
): Promise<GcReport> {
  const { catalog, content } = context.engine;
  const actor = actorOf(context);
  const replicas = await sweepReplicas(context, repository, dryRun);
  const decided = [...replicas, ...(await decideVersions(context, repository, actor, dryRun))];
  if (dryRun) {
    const plan = await catalog.planSweep(repository, actor.at);
    const pending = await catalog.listRemovals(repository);
    return report(true, [
      ...decided,
      ...plan.versions.map((version) => removedVersion(context, version)),
      ...[...plan.contents, ...pending].map((copy) => removedContent(context, copy)),
    ]);
  }
  const purged = await catalog.purgeVersions(repository, actor);
  // Before any of their bytes go: a rebuilt catalog must not bring back what a sweep is about to remove.
  const gone = purged.map(({ id, number }): JournalLine => ({ kind: 'deleted', id, number }));
  await noteLines(context, repository, gone);
  await catalog.startRemovals(repository, actor);
  const removals = await removeContents(context.engine, repository);
  const strays = await removeStrays(context, repository);
  await content.removeAbandoned(new Date(context.clock().getTime() - context.leaseMs), repository);
  return report(false, [
    ...decided,
    ...purged.map((version) => removedVersion(context, version)),
    ...removals.map((copy) => removedContent(context, copy)),
    ...strays,
  ]);
}

/**
 * Copies that the catalog knows to be over: left by a publisher that slept beyond its lease. Their generation is never used
 * again, so nobody can be about to use them. A copy that the catalog does not know is kept: the catalog may be what was lost.
 */
async function removeStrays(context: StoreContext, repository: string): Promise<GcItem[]> {
  const { catalog, content } = context.engine;
  const items: GcItem[] = [];
  const contents = new Map<Digest, ContentRecord>();
  const records = pagesOf(
    (page) => catalog.listContents(repository, page),
    ({ digest }: ContentRecord) => digest,
    undefined,
    CONTENTS_AT_ONCE,
  );
  for await (const record of records) contents.set(record.digest, record);
  for await (const copy of content.list(repository)) {
    // What is over stays so; what was not known may have come since.
    const known = contents.get(copy.digest) ?? (await catalog.getContent(repository, copy.digest));
    const over =
      known !== undefined &&
      (copy.generation < known.generation ||
        (copy.generation === known.generation && known.state === 'removed'));
    if (over) {
      const size = (await content.has(copy)) ?? 0;
      await content.delete(copy);
      items.push({
        ...removedContent(context, { ...copy, size }),
        reason: 'left behind by an interrupted publish',
      });
    } else if (known === undefined) {
      items.push({
        arn: contentArn(context, copy),
        action: 'keep',
        reason: 'the catalog does not know it',
        size: (await content.has(copy)) ?? 0,
      });
    }
  }
  return items;
}

function contentArn(
  { identity }: StoreContext,
  { repository, digest }: { repository: string; digest: Digest },
): string {
  return formatArn({ type: 'content', ...identity, repository, digest });
}

function removedVersion(
  context: StoreContext,
  version: Parameters<typeof versionArn>[1] & { size: number },
): GcItem {
  return {
    arn: versionArn(context.identity, version),
    action: 'remove',
    reason: 'deleted, and its recovery window has ended',
    size: version.size,
  };
}

function removedContent(context: StoreContext, copy: ContentCopy & { readonly size: number }): GcItem {
  return { arn: contentArn(context, copy), action: 'remove', reason: 'no version names it', size: copy.size };
}

function report(dryRun: boolean, items: GcItem[]): GcReport {
  const freed = items.filter(({ action, arn }) => action === 'remove' && arn.includes(':content/'));
  const condemned = items.filter(({ action }) => action === 'condemn');
  return { dryRun, items, freedBytes: sumOf(freed), condemnedBytes: sumOf(condemned) };
}

function sumOf(items: readonly GcItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0);
}
