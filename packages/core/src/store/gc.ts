import { formatArn, type Digest } from '../arn/index.js';
import type { Usage } from '../model.js';
import type { ContentCopy } from '../ports/index.js';
import { actorOf, versionArn, type StoreContext } from './context.js';
import { pagesOf } from './pages.js';
import type { GcItem, GcReport } from './types.js';

/**
 * Removes for good what was condemned and whose window has ended, and bytes that nothing names any more.
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
  const kept = await keptVersions(context, repository, actor.at);
  if (dryRun) {
    const plan = await catalog.planSweep(repository, actor.at);
    const pending = await catalog.listRemovals(repository);
    return report(true, [
      ...kept,
      ...plan.versions.map((version) => removedVersion(context, version)),
      ...[...plan.contents, ...pending].map((copy) => removedContent(context, copy)),
    ]);
  }
  const purged = await catalog.purgeVersions(repository, actor);
  await catalog.startRemovals(repository, actor);
  const removals = await catalog.listRemovals(repository);
  for (const copy of removals) {
    await content.delete(copy);
    await catalog.finishRemoval(copy);
  }
  const strays = await removeStrays(context, repository);
  await content.removeAbandoned(new Date(context.clock().getTime() - context.leaseMs));
  return report(false, [
    ...kept,
    ...purged.map((version) => removedVersion(context, version)),
    ...removals.map((copy) => removedContent(context, copy)),
    ...strays,
  ]);
}

async function keptVersions(context: StoreContext, repository: string, at: string): Promise<GcItem[]> {
  const { catalog } = context.engine;
  const items: GcItem[] = [];
  const artifacts = pagesOf(
    (page) => catalog.listArtifacts(repository, undefined, page),
    ({ id }: { id: string }) => id,
  );
  for await (const { id } of artifacts) {
    const versions = pagesOf(
      (page) => catalog.listVersions(repository, id, page),
      ({ number }: { number: number }) => number,
    );
    for await (const version of versions) {
      if (version.state === 'condemned' && version.purgeAfter! <= at) continue;
      const reason =
        version.state === 'condemned'
          ? `deleted, can be restored until ${version.purgeAfter}`
          : describeUsage(await catalog.usageOf(version));
      items.push({ arn: versionArn(context.identity, version), action: 'keep', reason, size: version.size });
    }
  }
  return items;
}

function describeUsage({ references, bookmarks }: Usage): string {
  const count = (kind: string): number =>
    new Set(references.filter((reference) => reference.kind === kind).map(({ consumer }) => consumer)).size;
  const consumers = count('reference');
  const pinners = count('pin');
  const parts = [
    ...(consumers > 0 ? [`used by ${plural(consumers, 'stack')}`] : []),
    ...(pinners > 0 ? [`pinned by ${plural(pinners, 'deployment')}`] : []),
    ...bookmarks.map(({ name }) => `bookmark "${name}" stands on it`),
  ];
  return parts.length > 0 ? parts.join(', ') : 'nobody deleted it';
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Copies that the catalog knows to be over: left by a publisher that slept beyond its lease. Their generation is never used
 * again, so nobody can be about to use them. A copy that the catalog does not know is kept: the catalog may be what was lost.
 */
async function removeStrays(context: StoreContext, repository: string): Promise<GcItem[]> {
  const { catalog, content } = context.engine;
  const items: GcItem[] = [];
  for await (const copy of content.list(repository)) {
    const known = await catalog.getContent(repository, copy.digest);
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
  return { dryRun, items, freedBytes: freed.reduce((sum, { size }) => sum + size, 0) };
}
