import { put } from '../catalog/actions.js';
import type { Key } from '../catalog/keys.js';
import type { TableClient } from '../catalog/table-client.js';

/** Where other accounts, who cannot ask this account's CloudFormation, find the store's bucket. */
const PLACE: Key = { pk: '~place', sk: 'place' };

export interface StorePlace {
  readonly bucket: string;
  readonly eventBus: string;
}

export async function writePlace(table: TableClient, { bucket, eventBus }: StorePlace): Promise<void> {
  await table.write([put(PLACE, { bucket, eventBus })]);
}

export async function readPlace(table: TableClient): Promise<StorePlace | undefined> {
  const item = await table.get<StorePlace>(PLACE);
  return item === undefined ? undefined : { bucket: item.bucket, eventBus: item.eventBus };
}
