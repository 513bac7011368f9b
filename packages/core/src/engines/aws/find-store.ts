import type { StoreIdentity } from '../../arn/index.js';
import { isHoldfastError } from '../../errors.js';
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
}

export interface FoundStore {
  readonly identity: StoreIdentity;
  readonly resources: StoreResources;
}

/**
 * Finds the store of the caller's account, and makes it when it is not there; of another account the store that it shares with the caller.
 *
 * One request where the caller's own store is there: the ID of its stack says whose credentials these are.
 */
export async function findWantedStore({ account, region }: WantedStore): Promise<FoundStore> {
  const stacks = await openStacks(region === undefined ? {} : { region });
  try {
    const found = account === undefined ? await ensureBootstrapped(stacks) : await lookForStore(stacks);
    const identity = identityIn(found?.stackId) ?? (await callerIdentity(region));
    if (account !== undefined && account !== identity.account) {
      const shared = { ...identity, account };
      return { identity: shared, resources: await findSharedStore(shared) };
    }
    return { identity, resources: found ?? (await ensureBootstrapped(stacks)) };
  } finally {
    stacks.close();
  }
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
