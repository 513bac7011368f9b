import { BatchWriteItemCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Emulator } from './emulator.js';
import { clientConfig } from './test-bucket.js';

/** Loses every item of the catalog's table, as a disaster would. Returns how many there were. */
export async function emptyTable(emulator: Emulator, table = 'holdfast'): Promise<number> {
  const dynamo = new DynamoDBClient(clientConfig(emulator));
  let lost = 0;
  for await (const { Items = [] } of paginateScan(
    { client: dynamo, pageSize: 25 },
    { TableName: table, ProjectionExpression: 'pk, sk' },
  )) {
    if (Items.length === 0) continue;
    lost += Items.length;
    const deletes = Items.map((Key) => ({ DeleteRequest: { Key } }));
    await dynamo.send(new BatchWriteItemCommand({ RequestItems: { [table]: deletes } }));
  }
  dynamo.destroy();
  return lost;
}
