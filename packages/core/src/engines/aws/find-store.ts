import type { StoreIdentity } from '../../arn/index.js';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import { findSharedStore } from './access/shared-store.js';
import {
  ensureBootstrapped,
  findStore,
  openStacks,
  type StackApi,
  type StoreResources,
} from './bootstrap/index.js';
import { callerIdentity } from './identity.js';

/** Which store is wanted; what is left out is the caller's own. */
export interface WantedStore {
  readonly account?: string;
  readonly region?: string;
  /** True: a store that is not there is not made. */
  readonly existing?: boolean;
}

export interface FoundStore {
  readonly identity: StoreIdentity;
  readonly resources: StoreResources;
  /** True for one of another account. */
  readonly shared: boolean;
}

/**
 * Finds the store of the caller's account, and makes it when it is not there; of another account the store that it shares with the caller.
 *
 * One request where the caller's own store is there: the ID of its stack says whose credentials these are. Throws `not-found` for a
 * store that is not there and is not to be made.
 */
export async function findWantedStore({
  account,
  region,
  existing = false,
}: WantedStore): Promise<FoundStore> {
  const stacks = await openStacks(region === undefined ? {} : { region });
  try {
    const make = account === undefined && !existing;
    const found = make ? await ensureBootstrapped(stacks) : await lookForStore(stacks);
    const identity = identityIn(found?.stackId) ?? (await callerIdentity(region));
    if (account !== undefined && account !== identity.account) {
      const other = { ...identity, account };
      return { identity: other, resources: await findSharedStore(other), shared: true };
    }
    const remaining = existing ? () => requireStore(stacks, identity) : () => ensureBootstrapped(stacks);
    return { identity, resources: found ?? (await remaining()), shared: false };
  } finally {
    stacks.close();
  }
}

/** The caller's own store. Throws `not-found` when there is none. */
export async function findExistingStore(identity: StoreIdentity): Promise<StoreResources> {
  const stacks = await openStacks({ region: identity.region });
  try {
    return await requireStore(stacks, identity);
  } finally {
    stacks.close();
  }
}

async function requireStore(stacks: StackApi, { account, region }: StoreIdentity): Promise<StoreResources> {
  const found = await findStore(stacks);
  if (found !== undefined) return found;
  throw new HoldfastError('not-found', `account ${account} has no store in ${region}`, {
    hint: `Look whether the ARN is right. The store would be made by: holdfast bootstrap --region ${region}`,
  });
}

/** Undefined also for those who may not look: another account may share its store with them all the same. */
async function lookForStore(stacks: StackApi): Promise<StoreResources | undefined> {
  try {
    return await findStore(stacks);
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'access-denied') return undefined;
    throw error;
  }
}

/** The account, region and partition that a stack's ID names; undefined for what is none. */
export function identityIn(stackId: string | undefined): StoreIdentity | undefined {
  const match = /^arn:([^:]+):cloudformation:([^:]+):([0-9]{12}):stack\//.exec(stackId ?? '');
  const [, partition, region, account] = match ?? [];
  if (partition === undefined || region === undefined || account === undefined) return undefined;
  return { partition, account, region };
}
