import { parseArn, type ArtifactStore, type PinRequest, type StoreIdentity } from '@holdfast/core';
import { text } from 'node:stream/consumers';
import type { PastDeployment } from './deployments.js';

export type RollbackStore = Pick<ArtifactStore, 'identity' | 'open' | 'pin'>;

/** Whether a version, by its ARN, is one of the store's own. */
export function isOf(version: string, { account, region }: StoreIdentity): boolean {
  const arn = parseArn(version);
  return arn.account === account && arn.region === region;
}

/**
 * Pins what a past deployment uses before CloudFormation is asked to use it again: the own store's versions as the history has them, and those
 * of other accounts and regions, which it cannot hold, as the stamps of the deployed template name them.
 *
 * Throws `not-found` naming what is not live any more; then CloudFormation is asked for nothing.
 */
export async function pinAgain(
  store: RollbackStore,
  stackName: string,
  past: PastDeployment,
  deployment: string,
): Promise<void> {
  const { beginDeployment } = await import('@holdfast/cloudformation');
  const own = past.uses.map(({ slot, version: { repository, id, number } }) => ({
    slot,
    version: { repository, id, number },
  }));
  const pins = [...(await usesElsewhere(store, past)), ...own];
  await beginDeployment({ store, stackName, deployment, pins });
}

async function usesElsewhere(
  store: RollbackStore,
  { template }: PastDeployment,
): Promise<PinRequest['pins']> {
  const { bookmarkName, readReferences } = await import('@holdfast/cloudformation');
  const { repository, id, number } = template;
  const { version, stream } = await store.open(`${id}:${number}`, { repository });
  return readReferences(await text(stream), { file: version.arn }).flatMap((stamp) => {
    const arn = parseArn(stamp.version);
    if (arn.type !== 'version' || isOf(stamp.version, store.identity)) return [];
    const bookmark = stamp.bookmark === undefined ? undefined : bookmarkName(stamp.bookmark);
    const named = { repository: arn.repository, id: arn.id, number: arn.number, arn: stamp.version };
    return [{ slot: stamp.slot, version: named, ...(bookmark === undefined ? {} : { bookmark }) }];
  });
}
