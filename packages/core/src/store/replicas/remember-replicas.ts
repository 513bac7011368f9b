import { randomUUID } from 'node:crypto';
import type { VersionKey } from '../../model.js';
import type { ReplicaEngine } from '../../ports/index.js';
import { actorOf, versionArn, type StoreContext } from '../context.js';
import { homeVersionOf, REPLICA_SLOT, replicaConsumer } from './names.js';

/** What became of a region's replicas that the home catalog did not know of; version ARNs. */
export interface RememberReport {
  readonly remembered: readonly string[];
  /** The home catalog has no live version for these: nothing at home can be protected. */
  readonly unknown: readonly string[];
}

/**
 * Pins at home what a region has replicas of and the home catalog does not know: after that was lost and rebuilt, before anything may be deleted again.
 */
export async function rememberReplicas(home: StoreContext, replicas: ReplicaEngine): Promise<RememberReport> {
  const remembered: string[] = [];
  const unknown: string[] = [];
  for (const { name } of await replicas.catalog.listRepositories()) {
    for await (const page of replicas.catalog.surveyVersions(name)) {
      for (const replica of page) {
        const version = homeVersionOf(replica);
        const outcome = await remember(home, replicas.region, version);
        if (outcome === 'known') continue;
        (outcome === 'pinned' ? remembered : unknown).push(versionArn(home.identity, version));
      }
    }
  }
  return { remembered, unknown };
}

async function remember(
  home: StoreContext,
  region: string,
  version: VersionKey,
): Promise<'known' | 'pinned' | 'not-live'> {
  const { catalog } = home.engine;
  const consumer = replicaConsumer(home.identity, { region, version });
  if ((await catalog.getConsumer(consumer)).references.length > 0) return 'known';
  const pins = [{ version, slot: REPLICA_SLOT }];
  return (await catalog.pin({ ...actorOf(home), consumer, deployment: randomUUID(), pins })).outcome;
}
