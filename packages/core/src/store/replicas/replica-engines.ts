import type { StoreIdentity } from '../../arn/index.js';
import { openReplicas } from '../../engines/open-replicas.js';
import type { EngineOptions, ReplicaEngine } from '../../ports/index.js';

/** The regions in which a store has, or may have, replicas; each is opened when it is first needed. */
export interface ReplicaEngines {
  open(region: string): Promise<ReplicaEngine>;
  /** Closes those that were opened. */
  close(): Promise<void>;
}

/** Those of the store of a URL, whose identity is known. An embedded store's bucket is its home region's. */
export function replicaEngines(
  url: string,
  identity: StoreIdentity,
  { bucket: _, ...options }: EngineOptions,
): ReplicaEngines {
  const opened = new Map<string, Promise<ReplicaEngine>>();
  return {
    open(region) {
      const known = opened.get(region);
      if (known !== undefined) return known;
      const opening = openReplicas(url, region, { ...options, identity });
      opened.set(region, opening);
      // A region that did not answer is asked again the next time.
      opening.catch(() => opened.delete(region));
      return opening;
    },
    async close() {
      const engines = await Promise.allSettled(opened.values());
      opened.clear();
      for (const engine of engines) if (engine.status === 'fulfilled') await engine.value.catalog.close();
    },
  };
}
