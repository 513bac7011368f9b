import type { ReferenceRecord, Version } from '@holdfast/core';
import { logicalIdOf } from '../settlement/uses.js';
import { sameVersion } from './find-versions.js';
import { ownerOf, stackConsumers, type Owner } from './owner.js';
import type { FindingStore } from './store.js';

/** The function's stack, and what its template says the code is. */
export interface Drift extends Owner {
  /** What the stack holds for the function; empty when Holdfast knows of nothing. */
  readonly stackHolds: readonly ReferenceRecord[];
}

/** Finds out whether a stack made the function and says another code than the version; undefined when not. */
export async function findDrift(
  store: Pick<FindingStore, 'consumer'>,
  tags: Readonly<Record<string, string>>,
  version: Version,
): Promise<Drift | undefined> {
  const owner = ownerOf(tags);
  if (owner === undefined) return undefined;
  const records = await Promise.all(stackConsumers(owner.stackId).map((arn) => store.consumer(arn)));
  const stackHolds = records
    .flatMap(({ references }) => references)
    .filter(({ slot }) => logicalIdOf(slot) === owner.logicalId);
  if (stackHolds.some((it) => sameVersion(it.version, version))) return undefined;
  return { ...owner, stackHolds };
}
