import { HoldfastError, isHoldfastError } from '../../errors.js';
import type { ReferenceRecord, Usage, VersionKey } from '../../model.js';
import { versionArn, type StoreContext } from '../context.js';
import { parseReplicaConsumer } from './names.js';
import { retireReplicas } from './retire-replicas.js';

/** The regions that have, or are getting, a replica, by a version's usage. */
export function regionsIn({ references }: Usage): string[] {
  const regions = references.flatMap(({ consumer }) => parseReplicaConsumer(consumer)?.region ?? []);
  return [...new Set(regions)].sort();
}

/** Whether nothing but replicas keeps the version. */
export function isKeptByReplicasOnly({ references, bookmarks }: Usage): boolean {
  const isReplica = ({ consumer }: ReferenceRecord): boolean => parseReplicaConsumer(consumer) !== undefined;
  return references.length > 0 && bookmarks.length === 0 && references.every(isReplica);
}

/**
 * Lets the replicas of a version go, each unless its region uses it, so that the version can be deleted. Returns who uses them.
 *
 * Throws `unavailable` naming the version and the region when that gives no answer: then the version is not deleted.
 */
export async function retireAll(
  home: StoreContext,
  version: VersionKey,
  regions: readonly string[],
): Promise<readonly ReferenceRecord[]> {
  const users: ReferenceRecord[] = [];
  for (const region of regions) {
    try {
      const replicas = await home.replicas?.open(region);
      if (replicas === undefined) throw new HoldfastError('unavailable', 'it cannot be opened');
      const [retirement] = await retireReplicas(home, replicas, version.repository, [version]);
      if (retirement?.outcome === 'in-use')
        users.push(...retirement.users.map((use) => ({ ...use, version })));
      if (retirement?.outcome === 'being-made') {
        throw new HoldfastError(
          'conflict',
          `${versionArn(home.identity, version)} is being replicated to ${region}, or packaged for it`,
          {
            hint: 'Repeat the command when that is done, at the latest in an hour.',
          },
        );
      }
    } catch (error) {
      if (!isHoldfastError(error) || error.code === 'conflict') throw error;
      throw new HoldfastError(
        error.code,
        `${versionArn(home.identity, version)} has a replica in ${region}, which could not be asked who uses it: ${error.message}`,
        { hint: 'Nothing was deleted. Repeat it when that region answers.', cause: error },
      );
    }
  }
  return users;
}
