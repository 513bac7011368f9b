import { HoldfastError } from '../errors.js';
import type { VersionKey } from '../model.js';
import { actorOf, versionArn, type StoreContext } from './context.js';
import { checkConsumer, checkDeployment, checkSlots } from './validation.js';
import type { PinRequest, SettleReport, SettleRequest } from './types.js';

/** Throws `invalid-input` naming what is wrong. */
export function checkPins({ consumer, deployment, pins }: PinRequest): void {
  checkConsumer(consumer);
  checkDeployment(deployment);
  checkSlots(pins);
}

export async function pinVersions(context: StoreContext, request: PinRequest): Promise<void> {
  checkPins(request);
  const result = await context.engine.catalog.pin({ ...actorOf(context), ...request });
  if (result.outcome === 'pinned') return;
  throw new HoldfastError(
    'not-found',
    `nothing was pinned, because these versions are deleted: ${arnsOf(context, result.versions)}`,
    { hint: 'Publish them again, or restore them with: holdfast undelete <arn>' },
  );
}

export async function settleConsumer(context: StoreContext, request: SettleRequest): Promise<SettleReport> {
  checkConsumer(request.consumer);
  checkDeployment(request.deployment);
  checkSlots(request.references);
  const result = await context.engine.catalog.settle({ ...actorOf(context), ...request });
  switch (result.outcome) {
    case 'settled':
      return { added: result.added, released: result.released };
    case 'conflict':
      throw new HoldfastError('conflict', `${request.consumer} was settled by somebody else in the meantime`);
    case 'absent':
      throw new HoldfastError(
        'not-found',
        `${request.consumer} uses versions that do not exist: ${arnsOf(context, result.versions)}`,
      );
  }
}

export async function bindPins(
  context: StoreContext,
  from: string,
  deployment: string,
  to: string,
): Promise<void> {
  checkConsumer(from);
  checkConsumer(to);
  checkDeployment(deployment);
  await context.engine.catalog.bindPins(from, deployment, to);
}

function arnsOf({ identity }: StoreContext, versions: readonly VersionKey[]): string {
  return versions.map((key) => versionArn(identity, key)).join(', ');
}
