import { ArtifactStore } from './artifact-store.js';
import type { StoreOptions } from './types.js';

/** Opens a store by its URL, such as `file:<folder>`; see {@link ArtifactStore.open}. */
export function openStore(url: string, options: StoreOptions = {}): Promise<ArtifactStore> {
  return ArtifactStore.open(url, options);
}
