import { setTimeout as sleep } from 'node:timers/promises';
import { quote, type StoreIdentity } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { Action } from './actions.js';
import type { Hints } from './hints.js';
import type { Refusals, TableClient } from './table-client.js';
import type { Ticks } from './ticks.js';

/** What every operation of the catalog works with. */
export interface Context {
  readonly table: TableClient;
  readonly identity: StoreIdentity;
  readonly ticks: Ticks;
  readonly hints: Hints;
}

/** One transaction that would bring about the result; without actions there is nothing to do. */
export interface Plan<Result> {
  readonly actions: readonly Action[];
  readonly result: Result;
}

/** How often a plan is made anew because somebody changed what it was made from. */
const MAX_PLANS = 200;
const LONGEST_PAUSE_MS = 100;

/**
 * Carries out what is planned. Plans again, from what is there then, when a condition of the transaction did not hold; the
 * plan is told which and what was found instead.
 */
export async function carryOut<Result>(
  { table, ticks }: Context,
  plan: (refusals: Refusals | undefined) => Promise<Plan<Result>> | Plan<Result>,
): Promise<Result> {
  let refusals: Refusals | undefined;
  for (let attempt = 1; attempt <= MAX_PLANS; attempt += 1) {
    const { actions, result } = await plan(refusals);
    refusals = await table.write(actions);
    if (refusals === undefined) return result;
    for (const item of refusals) ticks.observe(item);
    if (attempt > 1) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 4 * attempt));
  }
  throw new HoldfastError('unavailable', 'others keep changing the same entries of the catalog', {
    hint: 'Repeat the command in a moment.',
  });
}

export function repositoryMissing(name: string): HoldfastError {
  return new HoldfastError('not-found', `repository ${quote(name)} does not exist`, {
    hint: `Create it with: holdfast repository create ${name}`,
  });
}
