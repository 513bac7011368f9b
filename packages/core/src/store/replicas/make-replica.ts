import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import type { VersionRecord } from '../../model.js';
import type { Lease, LeaseInput, ReplicaEngine, ReplicaSource } from '../../ports/index.js';
import { actorOf, versionArn, type StoreContext } from '../context.js';
import { locateVersion, openContent } from '../reading.js';
import { replicaArtifactOf, REPLICA_SLOT, replicaConsumer } from './names.js';

/** How often a replica is begun anew whose lease was swept. */
const ATTEMPTS = 5;

/** The steps at which tests end a process, or let others work. */
export type ReplicaStep = 'leased' | 'pinned' | 'brought' | 'recorded';

/**
 * Makes the replica of a live version, or finds it made by somebody else meanwhile. The order of the steps is what the promise rests on
 * (docs/decisions/0011-replicas.md): lease in the region, pin at home, bytes, record under the lease.
 *
 * Throws `not-found` when the version is not live at home.
 */
export async function makeReplica(
  home: StoreContext,
  replicas: ReplicaEngine,
  version: VersionRecord,
  onStep: (step: ReplicaStep) => unknown = () => undefined,
): Promise<VersionRecord> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { repository, digest, size } = version;
    const lease = randomUUID();
    const { generation, stored } = await leaseIn(home, replicas, { repository, digest, lease });
    await onStep('leased');
    await pinAtHome(home, replicas, version, lease);
    await onStep('pinned');
    if (!stored) await replicas.bring({ repository, digest, generation }, sourceOf(home, version));
    await onStep('brought');
    const { treeDigest, mediaType, labels, provenance } = version;
    const result = await replicas.catalog.recordVersion({
      ...actorOf(home),
      ...replicaArtifactOf(version),
      ...{ lease, digest, size, mediaType, labels, provenance },
      ...(treeDigest === undefined ? {} : { treeDigest }),
    });
    await onStep('recorded');
    if ('version' in result) return result.version;
  }
  throw new HoldfastError(
    'unavailable',
    `the replica of ${versionArn(home.identity, version)} in ${replicas.region} was swept while it was made`,
    { hint: 'Repeat the command in a moment.' },
  );
}

/** Leases the content where the replica will be. The repository comes into being there as it is first needed. */
async function leaseIn(
  home: StoreContext,
  { catalog }: ReplicaEngine,
  key: Omit<LeaseInput, 'expiresAt'>,
): Promise<Lease> {
  const expiresAt = new Date(home.clock().getTime() + home.leaseMs).toISOString();
  try {
    return await catalog.leaseContent({ ...key, expiresAt });
  } catch (error) {
    if (!isHoldfastError(error) || error.code !== 'not-found') throw error;
    await catalog.createRepository(key.repository, actorOf(home));
    return catalog.leaseContent({ ...key, expiresAt });
  }
}

/** Remembers the replica at home, where it keeps the version from being deleted until it is gone. */
async function pinAtHome(
  home: StoreContext,
  replicas: ReplicaEngine,
  version: VersionRecord,
  deployment: string,
): Promise<void> {
  const { repository, id, number, digest } = version;
  const key = { repository, id, number };
  const consumer = replicaConsumer(home.identity, { region: replicas.region, version: key });
  const result = await home.engine.catalog.pin({
    ...actorOf(home),
    ...{ consumer, deployment, pins: [{ version: key, slot: REPLICA_SLOT }] },
  });
  if (result.outcome === 'pinned') return;
  await replicas.catalog.releaseLease({ repository, digest, lease: deployment });
  throw new HoldfastError(
    'not-found',
    `${versionArn(home.identity, version)} was deleted; it gets no replica`,
    {
      hint: 'Restore it with: holdfast undelete <arn>',
    },
  );
}

function sourceOf(home: StoreContext, version: VersionRecord): ReplicaSource {
  const { size } = version;
  const open = (): Readable => Readable.from(bytesOf(home, version), { objectMode: false });
  return { size, locate: () => locateVersion(home, version), bytes: { size, open } };
}

async function* bytesOf(home: StoreContext, version: VersionRecord): AsyncGenerator<Uint8Array> {
  yield* await openContent(home, version);
}
