import type { StoreIdentity } from '../../../arn/index.js';
import type { OwnBucket } from '../../../model.js';
import { AWS_KEY, openPolicyApi } from '../access/client.js';
import { grantingKeys, type GrantingKeys } from '../access/granting-keys.js';
import { openKeyApi } from '../access/key-client.js';
import { openDynamo } from '../catalog/client.js';
import { DynamoCatalog } from '../catalog/dynamo-catalog.js';
import { TableClient } from '../catalog/table-client.js';
import type { PolicyScope } from './role-policy.js';

/** A repository in a bucket of the user. */
interface Own {
  readonly repository: string;
  readonly bucket: OwnBucket;
}

/**
 * Where the repository's contents lie, and what they are encrypted with; where those of all do when none is named. A repository that is not
 * there yet will lie in the store's bucket, which has no key of the user.
 */
export async function placesOf(
  identity: StoreIdentity,
  { bucket, table }: { readonly bucket: string; readonly table: string },
  repository: string | undefined,
): Promise<Required<Pick<PolicyScope, 'places' | 'keys'>>> {
  const home = { bucket, prefix: '' };
  const api = await openDynamo({ region: identity.region });
  const catalog = new DynamoCatalog({ api, table, identity });
  try {
    const own = await ownBuckets(catalog, repository);
    return {
      places: [
        ...(repository === undefined || own.length === 0 ? [home] : []),
        ...own.map(({ bucket: { name, prefix } }) => ({ bucket: name, prefix })),
      ],
      keys: own.length === 0 ? [] : await keysOf(identity, own, grantingKeys(new TableClient(api, table))),
    };
  } finally {
    await catalog.close();
  }
}

async function ownBuckets(catalog: DynamoCatalog, repository: string | undefined): Promise<readonly Own[]> {
  if (repository !== undefined) {
    const place = await catalog.placeOf(repository);
    return typeof place === 'object' ? [{ repository, bucket: place }] : [];
  }
  return (await catalog.listRepositories()).flatMap(({ name, ownBucket: bucket }) =>
    bucket === undefined ? [] : [{ repository: name, bucket }],
  );
}

/** The keys that the buckets encrypt with now, and those that are known to have been before. AWS's own key serves the account without a word. */
async function keysOf(
  { region, account }: StoreIdentity,
  own: readonly Own[],
  former: GrantingKeys,
): Promise<readonly string[]> {
  const keys = new Set<string>();
  const buckets = await openPolicyApi(region, account);
  const kms = await openKeyApi(region);
  try {
    for (const { repository, bucket } of own) {
      const encryption = await buckets.readEncryption(bucket.name);
      for (const arn of await former.of(repository)) keys.add(arn);
      if (encryption === undefined || encryption.key.endsWith(AWS_KEY)) continue;
      const key = await kms.describe(encryption.key);
      if (!key.managedByAws) keys.add(key.arn);
    }
  } finally {
    kms.close();
    buckets.close();
  }
  return [...keys].sort();
}
