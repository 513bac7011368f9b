import { randomUUID } from 'node:crypto';
import type { ConsumerRecord, ReferenceRecord } from '@holdfast/core';
import type { DeletedStack } from './deleted-stacks.js';
import { undecided, type StackOutcome } from './outcome.js';
import { keepOfPins, type SettleContext } from './settle-by-id.js';
import { useKey } from './uses.js';

/** Milliseconds by which the clocks of the store and of AWS may differ. */
const CLOCK_MARGIN_MS = 5 * 60_000;

/** The stack that has the name now. */
interface CurrentStack {
  readonly StackId: string;
  readonly CreationTime?: Date | undefined;
}

interface UnboundPlan {
  /** The stack to settle in the place of one that has the name now. */
  readonly bindTo?: string;
  /** What other stacks that had the name keep of the pins. */
  readonly kept: readonly StackOutcome[];
  /** What is left to do once the stack itself was settled. */
  finish(settled: readonly StackOutcome[]): Promise<StackOutcome[]>;
}

/**
 * Deals with what is held for a stack by its name alone: pins of deployments that did not say which stack they made, and
 * references that `holdfast stack register` placed.
 *
 * Pins stay while their deployment may still begin. When it is said to be finished, or its lease is over, they are bound to the
 * stack of that name, and the evidence about that decides. What earlier stacks of the name retained is kept for those before: nobody knows which of
 * them the deployment made. Where there is no stack, pins go. References go when the stack itself
 * holds the same; otherwise they stay, and it is told.
 */
export async function settleUnbound(
  context: SettleContext,
  { consumer, revision, references: held }: ConsumerRecord,
  current: CurrentStack | undefined,
  findDeleted: () => Promise<readonly DeletedStack[]>,
): Promise<UnboundPlan> {
  const over = overDeployments(context, held);
  const overPins = held.filter(({ kind, deployment }) => kind === 'pin' && over.has(deployment));
  const stackId = current?.StackId;
  const deleted = overPins.length === 0 ? [] : await madeBefore(current, overPins, findDeleted);
  const bindTo = stackId ?? deleted[0];
  const kept: StackOutcome[] = [];
  for (const id of deleted) if (id !== bindTo) kept.push(...(await keepOfPins(context, id, overPins)));
  if (bindTo !== undefined && !context.dryRun) {
    for (const deployment of over) await context.store.bindPins(consumer, deployment, bindTo);
  }
  const releasePins = bindTo === undefined ? [...over] : [];
  return {
    ...(bindTo === undefined ? {} : { bindTo }),
    kept,
    async finish(settled) {
      if (held.length === 0) return [];
      const registered = held.filter(({ kind }) => kind === 'reference');
      const waiting = held.filter(({ kind, deployment }) => kind === 'pin' && !over.has(deployment));
      const same = registered.length === 0 ? new Set<string>() : await heldByStack(context, stackId, settled);
      const kept = registered.filter((it) => !same.has(useKey(it)));
      const released = [
        ...registered.filter((it) => same.has(useKey(it))),
        ...held.filter(({ kind, deployment }) => kind === 'pin' && releasePins.includes(deployment)),
      ];
      if (released.length > 0 && !context.dryRun) {
        await context.store.settle({
          consumer,
          revision,
          deployment: randomUUID(),
          references: kept,
          mode: 'replace',
          releasePins,
        });
      }
      const base = undecided(consumer, kept.length === 0 ? [] : [registeredDoubt(consumer, kept.length)]);
      const moved = bindTo !== undefined && overPins.length > 0;
      const result = kept.length > 0 ? 'undecided' : released.length > 0 || moved ? 'settled' : 'unchanged';
      const notes = [
        ...(waiting.length === 0 ? [] : [`${waiting.length} pinned for deployments that may still begin`]),
        ...(moved ? [`${overPins.length} pinned for deployments that are over, now with ${bindTo}`] : []),
      ];
      return [{ ...base, result, released, notes }];
    },
  };
}

/** Deployments that were said to be over, or all of whose pins are past their lease. */
function overDeployments(
  { finished, pinLeaseMs, clock }: SettleContext,
  held: readonly ReferenceRecord[],
): Set<string> {
  const begunBefore = clock().getTime() - pinLeaseMs;
  const over = new Set<string>();
  const pins = Map.groupBy(
    held.filter(({ kind }) => kind === 'pin'),
    ({ deployment }) => deployment,
  );
  for (const [deployment, own] of pins) {
    if (finished.has(deployment) || own.every(({ since }) => Date.parse(since) <= begunBefore))
      over.add(deployment);
  }
  return over;
}

/** The deleted stacks of the name that these pins may have been for, newest first: what one retained is known under its ID alone. */
async function madeBefore(
  current: CurrentStack | undefined,
  pins: readonly ReferenceRecord[],
  findDeleted: () => Promise<readonly DeletedStack[]>,
): Promise<string[]> {
  const first = pins.map(({ since }) => Date.parse(since)).reduce((a, b) => Math.min(a, b), Infinity);
  const since = first - CLOCK_MARGIN_MS;
  // While this one was there, no other stack had the name.
  if ((current?.CreationTime?.getTime() ?? Infinity) < since) return [];
  return (await findDeleted()).filter(({ deletedAt }) => deletedAt >= since).map(({ stackId }) => stackId);
}

/** The uses that the stack of the name holds on definite evidence. */
async function heldByStack(
  { store }: SettleContext,
  stackId: string | undefined,
  settled: readonly StackOutcome[],
): Promise<Set<string>> {
  const outcome = settled.find(({ consumer }) => consumer === stackId);
  if (stackId === undefined || outcome?.because !== 'current' || outcome.result === 'undecided')
    return new Set();
  const { references } = await store.consumer(stackId);
  return new Set(references.filter(({ kind }) => kind === 'reference').map(useKey));
}

function registeredDoubt(consumer: string, count: number) {
  const message = `${count} registered by hand for ${consumer}, which the stack itself does not hold; holdfast stack remove releases them`;
  return { code: 'conflict', message };
}
