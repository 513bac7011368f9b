import { isHoldfastError } from '../../errors.js';
import type { ReferenceRecord, Usage, VersionKey } from '../../model.js';
import type { ReplicaEngine } from '../../ports/index.js';
import type { StoreContext } from '../context.js';
import type { ReplicaUse } from '../types.js';
import { homeVersionOf, parseReplicaConsumer } from './names.js';
import { regionsIn } from './free-of-replicas.js';
import { replicasOf } from './retire-replicas.js';

/** A version's usage at home and wherever it has a replica. */
export interface UsageEverywhere {
  /** The references and pins of stacks, whichever region knows of them; those of the replicas themselves are left out. */
  readonly usage: Usage;
  readonly replicas: readonly ReplicaUse[];
}

/** Who uses a version, in all regions. A region that gives no answer is told, and keeps what is known at home. */
export async function usageEverywhere(home: StoreContext, version: VersionKey): Promise<UsageEverywhere> {
  const usage = await home.engine.catalog.usageOf(version);
  const own = usage.references.filter(({ consumer }) => parseReplicaConsumer(consumer) === undefined);
  const replicas: ReplicaUse[] = [];
  for (const region of regionsIn(usage)) {
    try {
      const engine = await home.replicas?.open(region);
      replicas.push({ region, users: engine === undefined ? [] : await usersIn(engine, version) });
    } catch (error) {
      if (!isHoldfastError(error)) throw error;
      replicas.push({ region, users: [], doubt: error.message });
    }
  }
  const known = new Map(own.map((use) => [textOf(use), use]));
  for (const { users } of replicas)
    for (const use of users) if (!known.has(textOf(use))) known.set(textOf(use), use);
  return { usage: { ...usage, references: [...known.values()] }, replicas };
}

/** The references and pins of a version's replica. */
async function usersIn(replicas: ReplicaEngine, version: VersionKey): Promise<ReferenceRecord[]> {
  const [replica] = await replicasOf(replicas, version);
  if (replica === undefined) return [];
  const { references } = await replicas.catalog.usageOf(replica);
  return references.map((use) => ({ ...use, version: homeVersionOf(use.version) }));
}

/** Equal for what the home region and another know of the same use. */
function textOf({ kind, consumer, slot, deployment }: ReferenceRecord): string {
  return JSON.stringify([kind, consumer, slot, kind === 'pin' ? deployment : '']);
}
