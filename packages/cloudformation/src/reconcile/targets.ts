import type { StoreIdentity } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import { ask } from '../evidence/failures.js';
import { itemsOf, withToken } from '../evidence/pages.js';
import { parseStackArn } from '../evidence/stack-arn.js';
import { stackConsumer } from '../stack/consumer.js';
import type { HeldStacks } from '../settlement/settle-stack.js';
import type { SettlingStore } from '../settlement/store.js';

/** The stacks of one name in one place. */
export interface Target extends HeldStacks {
  /** The stacks' ARN without the unique part; what targets are ordered by. */
  readonly key: string;
  readonly place: StoreIdentity;
}

/** Groups consumers by name and place, in the order of their ARNs. What is no stack is left out. */
export function targetsOf(consumers: Iterable<string>): Target[] {
  const targets = new Map<string, Target & { readonly stackIds: string[] }>();
  for (const consumer of consumers) {
    const arn = parseStackArn(consumer);
    if (arn === undefined) continue;
    const key = stackConsumer(arn, arn.name);
    const { partition, region, account } = arn;
    const target = targets.get(key) ?? {
      key,
      place: { partition, region, account },
      name: arn.name,
      unbound: false,
      stackIds: [],
    };
    if (arn.unique !== undefined && !target.stackIds.includes(consumer)) target.stackIds.push(consumer);
    targets.set(key, arn.unique === undefined ? { ...target, unbound: true } : target);
  }
  return [...targets.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Every consumer of a store. */
export async function consumersOf(store: SettlingStore): Promise<string[]> {
  const consumers: string[] = [];
  for await (const consumer of store.listConsumers()) consumers.push(consumer);
  return consumers;
}

/** The IDs of all stacks of the account and region that are not deleted. Throws `access-denied` and `unavailable`. */
export async function listStackIds(api: CloudFormationApi): Promise<string[]> {
  const summaries = itemsOf(async (token) => {
    const page = await ask('list the stacks', () => api.listStacks(withToken({}, token)));
    return { items: page.StackSummaries ?? [], next: page.NextToken };
  });
  const ids: string[] = [];
  for await (const { StackId: id, StackStatus: status } of summaries) {
    if (id !== undefined && status !== 'DELETE_COMPLETE') ids.push(id);
  }
  return ids;
}
