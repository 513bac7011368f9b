import type { EngineOptions, ReplicaEngine } from '../../ports/index.js';
import { embeddedIdentity } from '../identity.js';
import { openMemoryEngine } from './index.js';

/** Opens the storage that holds the replicas of a `memory:` store for a region. */
export function openMemoryReplicas(url: string, region: string, options: EngineOptions): ReplicaEngine {
  const identity = embeddedIdentity(options.identity);
  const { bucket } = options;
  const engine = openMemoryEngine(`${url}/replicas/${region}`, {
    identity: { ...identity, region },
    ...(bucket === undefined ? {} : { bucket }),
  });
  return { ...engine, url, region, identity, bring: (copy, { bytes }) => engine.content.put(copy, bytes) };
}
