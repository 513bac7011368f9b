import { HoldfastError } from '../errors.js';
import { readPolicy, parsePolicy, type PolicyText } from '../policy/index.js';
import type { AccessPlan, PolicyRecord, Shares } from '../ports/index.js';
import { actorOf, type StoreContext } from './context.js';
import type { InRepository } from './types.js';
import { replicaRegions } from './replicas/known-replicas.js';

/** A policy that was checked and compiled, and that nothing was changed for yet. */
export interface PolicyPlan {
  readonly repository: string;
  readonly policy?: PolicyText;
  /** The revision that was seen. */
  readonly revision: number;
  /** What changes in AWS; absent for a store that has no policies but its own. */
  readonly access?: AccessPlan;
}

export interface PlanPolicyOptions extends InRepository {
  /** The revision that it must have, 0 when there never was one. */
  readonly expected?: number;
  /** Regions that the policy applies to besides those where the repository has replicas already. */
  readonly regions?: readonly string[];
}

/**
 * Checks a policy, or the absence of one, and says what it changes. Changes nothing. Throws `invalid-input` naming the statement, and
 * `conflict` when the policy has another revision than `expected`.
 */
export async function planPolicy(
  context: StoreContext,
  value: unknown,
  repository: string,
  expected: number | undefined,
  regions: readonly string[] = [],
): Promise<PolicyPlan> {
  const { engine, identity } = context;
  if (value !== undefined) readPolicy(value, { ...identity, repository });
  if ((await engine.catalog.getRepository(repository)) === undefined)
    throw new HoldfastError('not-found', `repository "${repository}" does not exist`);
  const current = (await engine.catalog.getPolicy(repository))?.revision ?? 0;
  if (expected !== undefined && expected !== current) throw conflict(repository, current, expected);
  const policy = value === undefined ? undefined : parsePolicy(value);
  const access = await engine.access?.plan(repository, policy, [
    ...regions,
    ...(await regionsOf(context, repository)),
  ]);
  return {
    ...{ repository, revision: current },
    ...(policy === undefined ? {} : { policy }),
    ...(access === undefined ? {} : { access }),
  };
}

/** The regions where the repository has replicas. */
async function regionsOf(context: StoreContext, repository: string): Promise<Set<string>> {
  if (context.engine.access === undefined) return new Set();
  return new Set([...(await replicaRegions(context, repository)).values()].flat());
}

/** Carries a plan out: the catalog first, which lets only one of two through, and then AWS. Repeating it after a failure goes on. */
export async function applyPolicy(context: StoreContext, plan: PolicyPlan): Promise<PolicyRecord> {
  const { engine } = context;
  const { repository, revision, policy, access } = plan;
  const result = await engine.catalog.putPolicy({
    ...{ ...actorOf(context), repository, expected: revision },
    ...(policy === undefined ? {} : { policy }),
  });
  if (result.outcome === 'conflict') throw conflict(repository, result.current, revision);
  if (access !== undefined) await engine.access?.apply(access);
  return result.record;
}

export function sharesOf({ engine }: StoreContext): Shares {
  if (engine.shares !== undefined) return engine.shares;
  throw new HoldfastError('unsupported', `"${engine.url}" has nothing that AWS could share`, {
    hint: 'Shares are for a store in AWS: --store aws:',
  });
}

function conflict(repository: string, current: number, expected: number): HoldfastError {
  return new HoldfastError(
    'conflict',
    `the policy of repository "${repository}" has revision ${current}, not ${expected}`,
    { hint: `See what it says now with: holdfast repository policy get ${repository}` },
  );
}
