import type { Digest, StoreIdentity } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import { describeStack, doubtOf } from '../evidence/read-evidence.js';
import { checkStackId, liesIn } from '../evidence/stack-arn.js';
import { stackConsumer } from '../stack/consumer.js';
import { inOtherStores } from './settle-others.js';
import { deletedStacks } from './deleted-stacks.js';
import type { DigestCache, MetElsewhere } from './find-uses.js';
import { stacksThatHold } from './stacks-that-hold.js';
import { settleById, type SettleContext } from './settle-by-id.js';
import { settleUnbound } from './settle-unbound.js';
import type { SettlingStore } from './store.js';
import { undecided, type StackOutcome } from './outcome.js';

/** The region of a store that was told none. */
const NO_REGION = 'local';

/** Milliseconds from a pin's placing until its deployment is taken for crashed, should nobody say that it is over. */
export const DEFAULT_PIN_LEASE_MS = 24 * 3_600_000;

export interface SettleOptions {
  readonly store: SettlingStore;
  readonly api: CloudFormationApi;
  /** A stack's name, or its ID. A name stands for the stack that has it now and for those that had it. */
  readonly stack: string;
  /** Deployments that whoever calls knows to be over, whatever came of them. */
  readonly finished?: readonly string[];
  /** False: of the stacks of a name only the one that has it now, if there is one. Those that had it are left to `reconcile`. */
  readonly former?: boolean;
  /** 24 hours when absent. */
  readonly pinLeaseMs?: number;
  /**
   * Also releases what the stack no longer has and the account still had when it was retained. Whoever calls says that the
   * account has it no longer.
   */
  readonly forgetRetained?: boolean;
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean;
  readonly clock?: () => Date;
  /** Lets several calls share what never changes. */
  readonly digests?: DigestCache;
  /** Filled with the versions of other stores that were met. */
  readonly elsewhere?: MetElsewhere;
}

/**
 * Makes a stack's references what CloudFormation says that it uses, nested stacks first. One outcome for each consumer; further ones for what
 * changed in other stores that the stack uses versions of.
 *
 * Safe to repeat and to run at any time, by anybody, in any order. It never throws for an answer that was not had: what could
 * not be decided is in the outcomes, and then nothing was released. Throws `invalid-input` for what no stack can be called.
 */
export async function settleStack(options: SettleOptions): Promise<StackOutcome[]> {
  const elsewhere: MetElsewhere = new Set();
  const outcomes = await settleInStore({ ...options, elsewhere });
  const { stack, store, api, dryRun = false } = options;
  const regions = async () => [(await api.place()).region];
  const { reports, doubts } = await inOtherStores(
    store,
    { elsewhere, dryRun, regions, everywhere: false },
    (other) =>
      // What never changes is known by names that another store gives to something else.
      settleInStore({ ...options, store: other, digests: new Map() }),
  );
  outcomes.push(...reports.flat().filter(({ result }) => result !== 'unchanged'));
  if (doubts.length > 0) outcomes.push(undecided(outcomes[0]?.consumer ?? stack, doubts));
  return outcomes;
}

/** The same in one store alone. */
export async function settleInStore(options: SettleOptions): Promise<StackOutcome[]> {
  const context = contextOf(options);
  const { api, store, stack } = options;
  const named = !stack.startsWith('arn:');
  let place: StoreIdentity;
  try {
    place = await api.place();
  } catch (error) {
    if (!named) checkStackId(stack);
    const consumer = named ? stackConsumer(store.identity, stack) : stack;
    return [undecided(consumer, [doubtOf(error, 'find out whose credentials these are')])];
  }
  if (!named) {
    checkStackId(stack);
    return settleHeld(context, place, { name: stack, unbound: false, stackIds: [stack] });
  }
  const unbound = stackConsumer(place, stack);
  try {
    const former = () => stacksThatHold(store, unbound);
    const held = options.former === false ? { stackIds: [], ifGone: former } : { stackIds: await former() };
    return await settleHeld(context, place, { name: stack, unbound: true, ...held });
  } catch (error) {
    return [undecided(unbound, [doubtOf(error, `settle the stack ${stack}`)])];
  }
}

export function contextOf(options: Omit<SettleOptions, 'stack'>): SettleContext {
  return {
    store: options.store,
    api: options.api,
    finished: new Set(options.finished),
    pinLeaseMs: options.pinLeaseMs ?? DEFAULT_PIN_LEASE_MS,
    dryRun: options.dryRun ?? false,
    forgetRetained: options.forgetRetained ?? false,
    clock: options.clock ?? (() => new Date()),
    digests: options.digests ?? new Map<string, Digest>(),
    elsewhere: options.elsewhere ?? new Set(),
    visited: new Set(),
    described: new Map(),
  };
}

/** What is held for the stacks of one name. */
export interface HeldStacks {
  readonly name: string;
  /** Whether to deal with what is held for the name alone, and for the stack that has it now. */
  readonly unbound: boolean;
  readonly stackIds: readonly string[];
  /** Further ones, where no stack has the name now. */
  readonly ifGone?: () => Promise<readonly string[]>;
}

/** Settles the stacks of one name. Never throws for an answer that was not had. */
export async function settleHeld(
  context: SettleContext,
  place: StoreIdentity,
  held: HeldStacks,
): Promise<StackOutcome[]> {
  const outcomes: StackOutcome[] = [];
  const { unbound, stackIds } = held;
  const here = (stackId: string): boolean => liesIn(checkStackId(stackId), place);
  for (const stackId of stackIds.filter((id) => !here(id))) outcomes.push(notAsked(stackId, place));
  const own = stackIds.filter(here);
  if (unbound) outcomes.push(...(await settleName(context, place, { ...held, stackIds: own })));
  else for (const id of own) outcomes.push(...(await settleById(context, id)));
  return outcomes;
}

/** The outcome for a stack that nobody could be asked about. */
export function notAsked(consumer: string, place: StoreIdentity): StackOutcome {
  const message = `${consumer} is not in account ${place.account} and region ${place.region}, which were asked`;
  return undecided(consumer, [{ code: 'invalid-input', message }]);
}

async function settleName(
  context: SettleContext,
  place: StoreIdentity,
  { name, stackIds, ifGone }: HeldStacks,
): Promise<StackOutcome[]> {
  const { api, store } = context;
  const unbound = stackConsumer(place, name);
  const outcomes: StackOutcome[] = [];
  try {
    const holds = await store.consumer(unbound);
    const stack = await describeStack(api, name);
    const stackId = stack?.StackId;
    if (stack !== undefined) context.described.set(stack.StackId, stack);
    const further = stack === undefined ? await ifGone?.() : [];
    const plan = await settleUnbound(context, holds, stack, () => deletedStacks(api, name));
    outcomes.push(...plan.kept);
    const current = stackId ?? plan.bindTo;
    const ids = new Set([...stackIds, ...(further ?? []), ...(current === undefined ? [] : [current])]);
    for (const id of ids) outcomes.push(...(await settleById(context, id)));
    outcomes.push(...(await plan.finish(outcomes)));
  } catch (error) {
    outcomes.push(undecided(unbound, [doubtOf(error, `settle the stack ${name}`)]));
  }
  if (store.identity.region === NO_REGION && !liesIn(store.identity, place))
    outcomes.push(...(await heldElsewhere(context, name)));
  return outcomes;
}

/** What a store that was told neither account nor region holds for a stack of that name: nobody can say where it is. */
async function heldElsewhere({ store }: SettleContext, name: string): Promise<StackOutcome[]> {
  const consumer = stackConsumer(store.identity, name);
  try {
    const { references } = await store.consumer(consumer);
    if (references.length === 0) return [];
  } catch (error) {
    return [undecided(consumer, [doubtOf(error, 'read the store')])];
  }
  const message = `${consumer} is held for a stack of another account or region than the one that was asked`;
  return [undecided(consumer, [{ code: 'invalid-input', message }])];
}
