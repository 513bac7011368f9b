import type { StoreIdentity } from '../../../arn/index.js';
import { HoldfastError, isHoldfastError } from '../../../errors.js';
import type { StoreResources } from '../bootstrap/index.js';
import { TABLE_NAME } from '../bootstrap/template.js';
import { openDynamo, type DynamoApi } from '../catalog/client.js';
import { TableClient } from '../catalog/table-client.js';
import { failureName } from '../failures.js';
import { readPlace } from './place-item.js';

/** A table of another account is named by its ARN. */
export function tableArn({ partition, region, account }: StoreIdentity): string {
  return `arn:${partition}:dynamodb:${region}:${account}:table/${TABLE_NAME}`;
}

/** The name in a table's ARN. */
export function tableName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/**
 * Where another account's store lies, as it says itself to those it shares a repository with. Throws `access-denied` when it shares
 * nothing with the caller: whether there is such a store, AWS does not tell.
 */
export async function findSharedStore(
  identity: StoreIdentity,
  open: (region: string) => Promise<DynamoApi> = (region) => openDynamo({ region }),
): Promise<StoreResources> {
  const table = tableArn(identity);
  const dynamo = await open(identity.region);
  try {
    const place = await readPlace(new TableClient(dynamo, table));
    if (place === undefined) throw notShared(identity);
    return { bucket: place.bucket, eventBus: place.eventBus, table };
  } catch (error) {
    const definite = isHoldfastError(error) && (error.code === 'access-denied' || isNoTable(error.cause));
    if (definite) throw notShared(identity, error);
    throw error;
  } finally {
    dynamo.close();
  }
}

const isNoTable = (cause: unknown): boolean => failureName(cause) === 'ResourceNotFoundException';

function notShared({ account, region }: StoreIdentity, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'access-denied',
    `account ${account} shares no store in ${region} with these AWS credentials`,
    {
      hint: 'There, somebody lets you in with: holdfast repository policy set. Your own account must allow you the same.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
