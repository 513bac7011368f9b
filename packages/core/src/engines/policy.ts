import { checkRepositoryName, type StoreIdentity } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { replicaPlaces } from './aws/replicas/places.js';
import type { PolicyDocument, Role as StoreRole } from './aws/policies/role-policy.js';

export type { PolicyDocument } from './aws/policies/role-policy.js';

/** `evidence`: what lets another account ask about this account's stacks. */
export type Role = StoreRole | 'evidence';

/** The roles that there are policies for. */
export const POLICY_ROLES: readonly Role[] = ['publisher', 'deployer', 'reader', 'gc', 'admin', 'evidence'];

export interface PolicyForOptions {
  /** `aws:`, which is the caller's own, or `aws://<account>/<region>`. */
  readonly url?: string;
  readonly region?: string;
  readonly repository?: string;
  readonly replicasOf?: string;
}

/**
 * The least that a role needs in the store of the caller's account and region, as an IAM policy document.
 *
 * With the URL of another account's store, what the role needs there, besides that account's own policy: for `reader` and `deployer`.
 * Confined to a repository when one is named. Where that lies in a bucket of the user, it names the KMS key that the bucket encrypts with. With `replicasOf`, what it needs there for the replicas of that region's store instead. Throws `not-found` when the account and region have no store yet, and `access-denied` when the
 * other account shares none.
 */
export async function policyFor(
  role: Role,
  { url = 'aws:', region, repository, replicasOf }: PolicyForOptions = {},
): Promise<PolicyDocument> {
  if (repository !== undefined) checkRepositoryName(repository);
  const [
    { findStore, openStacks },
    { callerIdentity },
    { rolePolicy },
    { evidencePolicy },
    { placesOf },
    { parseStoreUrl },
  ] = await Promise.all([
    import('./aws/bootstrap/index.js'),
    import('./aws/identity.js'),
    import('./aws/policies/role-policy.js'),
    import('./aws/policies/evidence-policy.js'),
    import('./aws/policies/places-of.js'),
    import('./aws/store-url.js'),
  ]);
  const named = parseStoreUrl(url);
  const caller = await callerIdentity(region ?? named.region);
  if (role === 'evidence') return evidencePolicy(caller);
  const identity = { ...caller, account: named.account ?? caller.account };
  if (identity.account !== caller.account)
    return sharedPolicy(role, identity, {
      ...(repository === undefined ? {} : { repository }),
      ...(replicasOf === undefined ? {} : { replicasOf }),
    });
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
    if (replicasOf !== undefined) {
      const { prefix, partitions } = replicaPlaces(identity.account, replicasOf);
      return rolePolicy(role, {
        ...{ ...identity, table, places: [{ bucket, prefix }], partitions },
        ...(repository === undefined ? {} : { repository }),
      });
    }
    return rolePolicy(role, {
      ...identity,
      table,
      ...(await placesOf(identity, { bucket, table }, repository)),
      ...(repository === undefined ? {} : { repository }),
    });
  } finally {
    stacks.close();
  }
}

/** What a role of this account needs in the store of another. What only the owner may do is refused. */
async function sharedPolicy(
  role: StoreRole,
  identity: StoreIdentity,
  { repository, replicasOf }: Pick<PolicyForOptions, 'repository' | 'replicasOf'>,
): Promise<PolicyDocument> {
  if (role !== 'reader' && role !== 'deployer') {
    throw new HoldfastError(
      'invalid-input',
      `${role} is a role of the store's own account, ${identity.account}`,
      {
        hint: 'For another account there are: reader, deployer.',
      },
    );
  }
  if (repository === undefined) {
    throw new HoldfastError(
      'invalid-input',
      'which repository of the other account the policy is for was not said',
      {
        hint: 'Name it with --repository: another account is let into repositories, not into the store.',
      },
    );
  }
  const [{ findSharedStore, tableName }, { rolePolicy }, { DynamoCatalog }, { openDynamo }] =
    await Promise.all([
      import('./aws/access/shared-store.js'),
      import('./aws/policies/role-policy.js'),
      import('./aws/catalog/dynamo-catalog.js'),
      import('./aws/catalog/client.js'),
    ]);
  const { bucket, table } = await findSharedStore(identity);
  const scope = { ...identity, table: tableName(table), shared: true, repository };
  if (replicasOf !== undefined) {
    const { prefix, partitions } = replicaPlaces(identity.account, replicasOf);
    return rolePolicy(role, { ...scope, places: [{ bucket, prefix }], partitions });
  }
  const catalog = new DynamoCatalog({ api: await openDynamo({ region: identity.region }), table, identity });
  try {
    const place = await catalog.placeOf(repository);
    const own =
      typeof place === 'object' ? { bucket: place.name, prefix: place.prefix } : { bucket, prefix: '' };
    return rolePolicy(role, { ...scope, places: [own] });
  } finally {
    await catalog.close();
  }
}
