import { checkRepositoryName } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { PolicyDocument, Role } from './aws/policies/role-policy.js';

export type { PolicyDocument, Role } from './aws/policies/role-policy.js';

/** The roles that there are policies for. */
export const POLICY_ROLES: readonly Role[] = ['publisher', 'deployer', 'reader', 'gc', 'admin'];

/**
 * The least that a role needs in the store of the caller's account and region, as an IAM policy document.
 *
 * Confined to a repository when one is named. Throws `not-found` when the account and region have no store yet.
 */
export async function policyFor(
  role: Role,
  { region, repository }: { readonly region?: string; readonly repository?: string } = {},
): Promise<PolicyDocument> {
  if (repository !== undefined) checkRepositoryName(repository);
  const [{ findStore, openStacks }, { callerIdentity }, { rolePolicy }] = await Promise.all([
    import('./aws/bootstrap/index.js'),
    import('./aws/identity.js'),
    import('./aws/policies/role-policy.js'),
  ]);
  const identity = await callerIdentity(region);
  const stacks = await openStacks({ region: identity.region });
  try {
    const store = await findStore(stacks);
    if (store === undefined) {
      throw new HoldfastError(
        'not-found',
        `account ${identity.account} has no store in ${identity.region} that a policy could name`,
        { hint: 'Make it with: holdfast bootstrap' },
      );
    }
    const { bucket, table } = store;
    return rolePolicy(role, {
      ...identity,
      bucket,
      table,
      prefix: '',
      ...(repository === undefined ? {} : { repository }),
    });
  } finally {
    stacks.close();
  }
}
