import type { ReplicaStore } from './replicas/replica-store.js';
import { loadReplicate } from './heavy-modules.js';
import type { StoreOptions } from './types.js';

/**
 * Opens a store as another of its regions sees it, without asking the home region before that is needed: what has a replica there can be
 * found, located, pinned and settled while the home region cannot be reached.
 */
export async function openReplicaStore(
  url: string,
  region: string,
  options: StoreOptions = {},
): Promise<ReplicaStore> {
  return loadReplicate().openReplicaStore(url, region, options);
}
