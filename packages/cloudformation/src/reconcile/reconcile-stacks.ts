import type { Digest, StoreIdentity } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import type { OpenAccount } from '../evidence/open-account.js';
import { doubtOf } from '../evidence/read-evidence.js';
import { liesIn } from '../evidence/stack-arn.js';
import type { Doubt } from '../evidence/types.js';
import { undecided, type StackOutcome } from '../settlement/outcome.js';
import { contextOf, notAsked, settleHeld, type SettleOptions } from '../settlement/settle-stack.js';
import { DEFAULT_CONCURRENCY, inOrder } from './in-order.js';
import { consumersOf, listStackIds, targetsOf, type Target } from './targets.js';

export interface ReconcileOptions extends Omit<SettleOptions, 'stack'> {
  /** Also every stack of the account and region that the store knows nothing of: it may use the store's locations. */
  readonly all?: boolean;
  /** Leaves out what is held for stacks of other accounts than the one that is asked: theirs to settle. */
  readonly ownAccount?: boolean;
  /** How many stacks are read at once; 8 when absent. */
  readonly concurrency?: number;
  /** Opens a client for another region of the same account. Without it, stacks there cannot be decided. */
  readonly openRegion?: (region: string) => Promise<CloudFormationApi>;
  /** Opens a client for another account. Without it, stacks there cannot be decided. */
  readonly openAccount?: OpenAccount;
  /** From an earlier report's `last`: what comes up to it is left out. */
  readonly after?: string;
  /** Called with each outcome as it comes. */
  readonly onOutcome?: (outcome: StackOutcome) => void;
  /** Called with what `last` would be if the work ended now, whenever it has changed. */
  readonly onLast?: (last: string) => void;
  /** Ends the work after the stacks that are being settled. */
  readonly signal?: AbortSignal;
}

export interface ReconcileReport {
  readonly outcomes: readonly StackOutcome[];
  /** What could not be found out of no stack in particular: then stacks may be missing from the outcomes. */
  readonly doubts: readonly Doubt[];
  /** Up to here everything was looked at; `after` goes on from it. Absent when there was nothing. */
  readonly last?: string;
  readonly complete: boolean;
}

/**
 * Settles every stack that the store holds something for, and with `all` every other stack of the account and region.
 *
 * Safe to repeat, to interrupt and to run beside deployments. It never throws for an answer that was not had; look at `doubts`
 * and at the outcomes that are `undecided`. Throws when the store itself cannot be read.
 */
export async function reconcileStacks(options: ReconcileOptions): Promise<ReconcileReport> {
  const { store, api, all = false, after = '', concurrency = DEFAULT_CONCURRENCY } = options;
  const doubts: Doubt[] = [];
  const consumers = await consumersOf(store);
  let place: StoreIdentity;
  try {
    place = await api.place();
  } catch (error) {
    const doubt = doubtOf(error, 'find out whose credentials these are');
    return { outcomes: [], doubts: [doubt], complete: false };
  }
  if (all) {
    try {
      consumers.push(...(await listStackIds(api)));
    } catch (error) {
      doubts.push(doubtOf(error, 'list the stacks'));
    }
  }
  const targets = targetsOf(consumers).filter(
    (it) => it.key > after && (options.ownAccount !== true || it.place.account === place.account),
  );
  const digests = options.digests ?? new Map<string, Digest>();
  const apis = clientsOf(options, place);
  const outcomes: StackOutcome[] = [];
  let done: number;
  try {
    const { signal, onLast } = options;
    const onFront = (front: number): void => onLast?.(targets[front - 1]!.key);
    done = await inOrder(targets, { concurrency, signal, onFront }, async (target) => {
      for (const outcome of await settleTarget(target, place, apis, { ...options, digests })) {
        outcomes.push(outcome);
        options.onOutcome?.(outcome);
      }
    });
  } finally {
    await apis.close();
  }
  const last = targets[done - 1]?.key ?? options.after;
  return { outcomes, doubts, complete: done === targets.length, ...(last === undefined ? {} : { last }) };
}

interface Clients {
  /** Undefined for a place that nobody can open. */
  of(place: StoreIdentity): Promise<CloudFormationApi> | undefined;
  /** Closes those that were opened here. */
  close(): Promise<void>;
}

/** One client for each account and region. */
function clientsOf({ api, openRegion, openAccount }: ReconcileOptions, home: StoreIdentity): Clients {
  const opened = new Map<string, Promise<CloudFormationApi>>();
  return {
    of(place) {
      if (liesIn(place, home)) return Promise.resolve(api);
      const { partition, account, region } = place;
      const key = `${account}/${region}`;
      const known = opened.get(key);
      if (known !== undefined || partition !== home.partition) return known;
      const opening = account === home.account ? openRegion?.(region) : openAccount?.(place);
      if (opening !== undefined) opened.set(key, opening);
      return opening;
    },
    async close() {
      for (const client of await Promise.allSettled(opened.values()))
        if (client.status === 'fulfilled') client.value.close();
    },
  };
}

async function settleTarget(
  target: Target,
  home: StoreIdentity,
  apis: Clients,
  options: ReconcileOptions,
): Promise<StackOutcome[]> {
  const holders = [...(target.unbound ? [target.key] : []), ...target.stackIds];
  try {
    const api = await apis.of(target.place);
    const place = await api?.place();
    // The client says itself where it asks: an answer from another place would be no answer about this stack.
    if (api === undefined || place === undefined || !liesIn(target.place, place))
      return holders.map((consumer) => notAsked(consumer, place ?? home));
    return await settleHeld(contextOf({ ...options, api }), place, target);
  } catch (error) {
    const { account, region } = target.place;
    const where = account === home.account ? `the region ${region}` : `account ${account} in ${region}`;
    const doubt = doubtOf(error, `reach ${where}`);
    return holders.map((consumer) => undecided(consumer, [doubt]));
  }
}
