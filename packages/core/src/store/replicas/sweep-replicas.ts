import { isHoldfastError } from '../../errors.js';
import type { VersionKey } from '../../model.js';
import type { ReplicaEngine, SurveyedVersion } from '../../ports/index.js';
import { actorOf, versionArn, type StoreContext } from '../context.js';
import type { GcItem } from '../types.js';
import { byRegion, knownReplicas } from './known-replicas.js';
import { homeVersionOf, keyText } from './names.js';
import { retireReplicas, type Retirement } from './retire-replicas.js';

/**
 * Lets replicas of a repository go that nothing has used for as long as a deletion could be taken back. A replica that something uses stays, and
 * so does what a region that gives no answer has.
 */
export async function sweepReplicas(
  home: StoreContext,
  repository: string,
  dryRun: boolean,
): Promise<GcItem[]> {
  const known = (await knownReplicas(home)).filter(({ version }) => version.repository === repository);
  const items: GcItem[] = [];
  for (const [region, versions] of byRegion(known)) {
    try {
      const replicas = await home.replicas?.open(region);
      if (replicas !== undefined) items.push(...(await sweepRegion(home, replicas, versions, dryRun)));
    } catch (error) {
      if (!isHoldfastError(error)) throw error;
      const reason = `the region ${region} could not be asked about its replica: ${error.message}`;
      items.push(...versions.map((version) => itemOf(home, region, version, 'keep', reason, 0)));
    }
  }
  return items;
}

async function sweepRegion(
  home: StoreContext,
  replicas: ReplicaEngine,
  versions: readonly VersionKey[],
  dryRun: boolean,
): Promise<GcItem[]> {
  const { region } = replicas;
  const repository = versions[0]!.repository;
  const surveyed = await survey(replicas, repository);
  const lastUsedBefore = new Date(home.clock().getTime() - home.recoveryWindowMs).toISOString();
  const decided = versions.map((version) => {
    const replica = surveyed.get(keyText(version));
    return { version, size: replica?.size ?? 0, keep: reasonToKeep(replica, region, lastUsedBefore) };
  });
  const going = decided.filter(({ keep }) => keep === undefined);
  const retired = dryRun
    ? going.map((): Retirement => ({ outcome: 'retired' }))
    : await retireReplicas(
        home,
        replicas,
        repository,
        going.map(({ version }) => version),
      );
  if (!dryRun) {
    const before = new Date(Date.parse(actorOf(home).at) - home.leaseMs);
    await replicas.content.removeAbandoned(before, repository);
  }
  return [
    ...decided.flatMap(({ version, size, keep }) =>
      keep === undefined ? [] : [itemOf(home, region, version, 'keep', keep, size)],
    ),
    ...going.map(({ version, size }, index) => {
      const reason = `replica in ${region}`;
      switch (retired[index]!.outcome) {
        case 'retired':
          return itemOf(home, region, version, 'remove', `${reason}: nothing there uses it`, size);
        case 'in-use':
          return itemOf(home, region, version, 'keep', `${reason}: somebody has begun to use it`, size);
        case 'being-made':
          return itemOf(
            home,
            region,
            version,
            'keep',
            `${reason}: it is being made, or was just asked for`,
            size,
          );
      }
    }),
  ];
}

/** The region's replicas of a repository by their version; none where the region never had one. */
async function survey(
  { catalog }: ReplicaEngine,
  repository: string,
): Promise<ReadonlyMap<string, SurveyedVersion>> {
  const found = new Map<string, SurveyedVersion>();
  if ((await catalog.getRepository(repository)) === undefined) return found;
  for await (const page of catalog.surveyVersions(repository)) {
    for (const replica of page) found.set(keyText(homeVersionOf(replica)), replica);
  }
  return found;
}

function reasonToKeep(
  replica: SurveyedVersion | undefined,
  region: string,
  lastUsedBefore: string,
): string | undefined {
  if (replica?.state !== 'live') return undefined;
  const { users, pinners, publishedAt, releasedAt = publishedAt } = replica;
  if (users + pinners > 0) return `replica in ${region}, which is in use there`;
  const lastUsed = releasedAt > publishedAt ? releasedAt : publishedAt;
  return lastUsed > lastUsedBefore ? `replica in ${region}, unused there since ${lastUsed}` : undefined;
}

function itemOf(
  { identity }: StoreContext,
  replicaIn: string,
  version: VersionKey,
  action: 'keep' | 'remove',
  reason: string,
  size: number,
): GcItem {
  return { arn: versionArn(identity, version), action, reason, size, replicaIn };
}
