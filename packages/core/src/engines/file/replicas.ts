import { join } from 'node:path';
import type { EngineOptions, ReplicaEngine } from '../../ports/index.js';
import { embeddedIdentity } from '../identity.js';
import { openFileEngine } from './index.js';

/** Opens the folder that holds the replicas of a `file:` store for a region. Its `content` is what is copied to that region's bucket. */
export function openFileReplicas(url: string, region: string, options: EngineOptions): ReplicaEngine {
  const identity = embeddedIdentity(options.identity);
  const { bucket } = options;
  const folder = join(url, 'replicas', region);
  const engine = openFileEngine(folder, {
    identity: { ...identity, region },
    ...(bucket === undefined ? {} : { bucket }),
  });
  return {
    ...engine,
    ...{ url, region, identity },
    // Verified while it is written.
    bring: (copy, { bytes }) => engine.content.put(copy, bytes),
  };
}
