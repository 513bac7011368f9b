import { checkRepositoryName, type StoreIdentity } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { replicaPlaces } from './aws/replicas/places.js';
import type { OwnBucket } from '../model.js';
import type { PolicyDocument, PolicyScope, Role } from './aws/policies/role-policy.js';

export type { PolicyDocument, Role } from './aws/policies/role-policy.js';

/** The roles that there are policies for. */
export const POLICY_ROLES: readonly Role[] = ['publisher', 'deployer', 'reader', 'gc', 'admin'];

/**
 * The least that a role needs in the store of the caller's account and region, as an IAM policy document.
 *
 * Confined to a repository when one is named. With `replicasOf`, what it needs there for the replicas of that region's store instead. Throws `not-found` when the account and region have no store yet.
 */
export async function policyFor(
  role: Role,
  {
    region,
    repository,
    replicasOf,
  }: { readonly region?: string; readonly repository?: string; readonly replicasOf?: string } = {},
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
      places: await placesOf(identity, { bucket, table }, repository),
      ...(repository === undefined ? {} : { repository }),
    });
  } finally {
    stacks.close();
  }
}

/** Where the repository's contents lie; where those of all do when none is named. A repository that is not there yet will lie in the store's bucket. */
async function placesOf(
  identity: StoreIdentity,
  { bucket, table }: { readonly bucket: string; readonly table: string },
  repository: string | undefined,
): Promise<PolicyScope['places']> {
  const [{ openDynamo }, { DynamoCatalog }] = await Promise.all([
    import('./aws/catalog/client.js'),
    import('./aws/catalog/dynamo-catalog.js'),
  ]);
  const home = { bucket, prefix: '' };
  const catalog = new DynamoCatalog({ api: await openDynamo({ region: identity.region }), table, identity });
  const placeOf = ({ name, prefix }: OwnBucket) => ({ bucket: name, prefix });
  try {
    if (repository !== undefined) {
      const place = await catalog.placeOf(repository);
      return [typeof place === 'object' ? placeOf(place) : home];
    }
    const own = (await catalog.listRepositories()).flatMap(({ ownBucket }) => ownBucket ?? []);
    return [home, ...own.map(placeOf)];
  } finally {
    await catalog.close();
  }
}
