import { openStore, type ArtifactStore } from '@holdfast/core';
import { randomUUID } from 'node:crypto';
import { FakeCloudFormation, PLACE } from './fake-cloudformation.js';

/** CloudFormation in memory and an empty store of the same account and region, by one clock. The store is to be closed. */
export async function modelledAccount(
  clock: () => Date,
): Promise<{ readonly store: ArtifactStore; readonly cloudformation: FakeCloudFormation }> {
  const store = await openStore(`memory:${randomUUID()}`, { identity: PLACE, bucket: 'artifacts', clock });
  return { store, cloudformation: new FakeCloudFormation(clock) };
}
