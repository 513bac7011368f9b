import type { PolicyRecord, PutPolicyInput, PutPolicyResult } from '../../../ports/index.js';
import { check, put } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { expr } from './expressions.js';
import { repositoryKey, policyKey } from './keys.js';
import { requireRepository } from './repositories.js';

export async function getPolicy({ table }: Context, repository: string): Promise<PolicyRecord | undefined> {
  const item = await table.get<PolicyRecord>(policyKey(repository));
  if (item === undefined) return undefined;
  const { revision, changedAt, changedBy, policy } = item;
  const record = { repository, revision, changedAt, changedBy };
  return policy === undefined ? record : { ...record, policy };
}

export function putPolicy(context: Context, input: PutPolicyInput): Promise<PutPolicyResult> {
  const { repository, policy, expected, at, by } = input;
  return carryOut(context, async (): Promise<Plan<PutPolicyResult>> => {
    await requireRepository(context, repository);
    const current = (await getPolicy(context, repository))?.revision ?? 0;
    if (expected !== current) return { actions: [], result: { outcome: 'conflict', current } };
    const record: PolicyRecord = {
      ...{ repository, revision: current + 1, changedAt: at, changedBy: by },
      ...(policy === undefined ? {} : { policy }),
    };
    const asSeen = current === 0 ? expr`attribute_not_exists(#revision)` : expr`#revision = ${current}`;
    const isLive = check(repositoryKey(repository), expr`#state = ${'live'}`);
    return {
      actions: [put(policyKey(repository), record, asSeen), isLive],
      result: { outcome: 'changed', record },
    };
  });
}
