import type { StoreIdentity } from '../../arn/index.js';
import type { VersionKey } from '../../model.js';

/*
 * The catalog of a region's replicas is like any other, with one artifact for each version of the home region that has, or had, a replica
 * there. Its versions are the replicas of that one version, one after the other: numbers are never used again, and a replica may come
 * and go. At most one of them is not deleted.
 */

/** The artifact in the replicas' catalog that stands for a version of the home region. */
export function replicaArtifactOf({ repository, id, number }: VersionKey): {
  readonly repository: string;
  readonly id: string;
} {
  return { repository, id: `${id}/${number}` };
}

/** The inverse of {@link replicaArtifactOf}. */
export function homeVersionOf({
  repository,
  id,
}: {
  readonly repository: string;
  readonly id: string;
}): VersionKey {
  const slash = id.lastIndexOf('/');
  return { repository, id: id.slice(0, slash), number: Number(id.slice(slash + 1)) };
}

/** A version's replica in a region, as the home region's catalog knows it: a consumer that has the version pinned. */
export interface ReplicaConsumer {
  readonly region: string;
  readonly version: VersionKey;
}

/** The consumer's ARN. It is of the region where the replica is. */
export function replicaConsumer(
  { partition, account }: StoreIdentity,
  { region, version: { repository, id, number } }: ReplicaConsumer,
): string {
  return `arn:${partition}:holdfast:${region}:${account}:replica/${repository}/${id}:${number}`;
}

const CONSUMER =
  /^arn:[^:]+:holdfast:(?<region>[^:]+):[^:]*:replica\/(?<repository>[^/]+)\/(?<id>.+):(?<number>[1-9][0-9]*)$/;

/** The inverse of {@link replicaConsumer}; undefined for any other consumer. */
export function parseReplicaConsumer(consumer: string): ReplicaConsumer | undefined {
  const { region, repository, id, number } = CONSUMER.exec(consumer)?.groups ?? {};
  if (region === undefined || repository === undefined || id === undefined) return undefined;
  return { region, version: { repository, id, number: Number(number) } };
}

/** What a replica's pins have for a slot. */
export const REPLICA_SLOT = 'Replica';

/** A version as a key of a map. */
export function keyText({ repository, id, number }: VersionKey): string {
  return `${repository}/${id}:${number}`;
}
