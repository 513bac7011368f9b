import { isHoldfastError } from '../../errors.js';
import type { ReferenceRecord, VersionKey, VersionRecord } from '../../model.js';
import type { ConsumerRecord, ReplicaEngine } from '../../ports/index.js';
import { mapBounded } from '../bounded.js';
import { actorOf, type StoreContext } from '../context.js';
import { removeContents } from '../removals.js';
import { replicaArtifactOf, replicaConsumer } from './names.js';

/** What became of a replica that was to go. */
export type Retirement =
  /** Neither the region nor the home region has it any more. */
  | { readonly outcome: 'retired' }
  /** Stacks use it, or are about to. */
  | { readonly outcome: 'in-use'; readonly users: readonly ReferenceRecord[] }
  /** It is being made at this moment, or was asked for a moment ago. */
  | { readonly outcome: 'being-made' };

const AT_ONCE = 16;

/**
 * Removes the replicas of versions of one repository unless something uses them, and then forgets them at home: in this order, so that no replica is
 * ever usable without its pin at home (docs/decisions/0011-replicas.md). Safe to repeat, and to end anywhere. The answers are in the order of the versions.
 */
export async function retireReplicas(
  home: StoreContext,
  replicas: ReplicaEngine,
  repository: string,
  versions: readonly VersionKey[],
): Promise<Retirement[]> {
  if (versions.length === 0) return [];
  // Before the region is asked: what is pinned later belongs to a replica that is made later.
  const pins = await mapBounded(versions, AT_ONCE, (version) =>
    home.engine.catalog.getConsumer(replicaConsumer(home.identity, { region: replicas.region, version })),
  );
  const users = await mapBounded(versions, AT_ONCE, (version) => condemn(home, replicas, version));
  await purge(home, replicas, repository);
  return mapBounded(versions, AT_ONCE, async (version, index): Promise<Retirement> => {
    const inUse = users[index];
    if (inUse !== undefined) return { outcome: 'in-use', users: inUse };
    if (await mayComeBack(home, replicas, version)) return { outcome: 'being-made' };
    await forget(home, pins[index]!);
    return { outcome: 'retired' };
  });
}

/** Condemns what there is of a replica, to be purged at once. Returns the users that prevent it. */
async function condemn(
  home: StoreContext,
  replicas: ReplicaEngine,
  version: VersionKey,
): Promise<readonly ReferenceRecord[] | undefined> {
  const actor = actorOf(home);
  for (const replica of await replicasOf(replicas, version)) {
    const result = await replicas.catalog.condemnVersion(replica, actor.at, actor);
    if (result.outcome === 'in-use') return result.usage.references;
  }
  return undefined;
}

/** Makes what was condemned deleted, and removes the bytes that nothing names any more. */
async function purge(home: StoreContext, replicas: ReplicaEngine, repository: string): Promise<void> {
  if ((await replicas.catalog.getRepository(repository)) === undefined) return;
  const actor = actorOf(home);
  await replicas.catalog.purgeVersions(repository, actor);
  await replicas.catalog.startRemovals(repository, actor);
  await removeContents(replicas, repository);
}

/**
 * Whether there is a replica, or whoever has it pinned already can still make one. The lease is asked for first: once there is none, whoever had
 * pinned before has recorded what he made, or never will.
 */
async function mayComeBack(
  home: StoreContext,
  replicas: ReplicaEngine,
  version: VersionKey,
): Promise<boolean> {
  const digest = (await home.engine.catalog.getVersion(version))?.digest;
  if (digest !== undefined && (await replicas.catalog.isLeased(version.repository, digest))) return true;
  return (await replicasOf(replicas, version)).length > 0;
}

/** The replicas of a version that are not deleted: at most one. */
export async function replicasOf(
  { catalog }: ReplicaEngine,
  version: VersionKey,
): Promise<readonly VersionRecord[]> {
  const { repository, id } = replicaArtifactOf(version);
  try {
    return await catalog.listVersions(repository, id, { limit: 2 });
  } catch (error) {
    // The repository comes into being there with its first replica.
    if (isHoldfastError(error) && error.code === 'not-found') return [];
    throw error;
  }
}

/** Releases the pins that were read before. Those that came meanwhile stay. */
async function forget(home: StoreContext, { consumer, references }: ConsumerRecord): Promise<void> {
  const { catalog } = home.engine;
  const releasePins = [...new Set(references.map(({ deployment }) => deployment))];
  while (releasePins.length > 0) {
    const { revision } = await catalog.getConsumer(consumer);
    const result = await catalog.settle({
      ...actorOf(home),
      ...{ consumer, revision, deployment: 'retired', references: [], mode: 'add', releasePins },
    });
    // A conflict says that another retirement forgot something at the same moment.
    if (result.outcome !== 'conflict') return;
  }
}
