import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import type { StoreIdentity } from '../../../src/arn/index.js';
import { openDynamo, type DynamoApi } from '../../../src/engines/aws/catalog/client.js';
import { DynamoCatalog } from '../../../src/engines/aws/catalog/dynamo-catalog.js';
import { TABLE_SCHEMA } from '../../../src/engines/aws/table.js';
import { openEngine } from '../../../src/engines/open.js';
import type { Engine } from '../../../src/ports/index.js';
import type { OpenedEngine } from '../../../src/testing/index.js';
import { startEmulator, type Emulator } from '../../emulators/emulator.js';

/** An emulated DynamoDB in which every test makes tables of its own. */
export interface DynamoTables {
  readonly emulator: Emulator;
  readonly config: DynamoDBClientConfig;
  readonly identity: StoreIdentity;
  /** Makes an empty table and returns its name. */
  make(): Promise<string>;
  remove(table: string): Promise<void>;
  close(): Promise<void>;
}

export async function startDynamo(): Promise<DynamoTables> {
  const emulator = await startEmulator('ministack');
  const { endpoint, region, credentials, account } = emulator;
  const config = { endpoint, region, credentials };
  const sdk = await import('@aws-sdk/client-dynamodb');
  const client: DynamoDBClient = new sdk.DynamoDBClient(config);
  return {
    emulator,
    config,
    identity: { partition: 'aws', region, account },
    make: async () => {
      const TableName = `holdfast-${randomUUID()}`;
      await client.send(
        new sdk.CreateTableCommand({
          TableName,
          BillingMode: TABLE_SCHEMA.BillingMode,
          AttributeDefinitions: [...TABLE_SCHEMA.AttributeDefinitions],
          KeySchema: [...TABLE_SCHEMA.KeySchema],
        }),
      );
      return TableName;
    },
    remove: async (TableName) => {
      await client.send(new sdk.DeleteTableCommand({ TableName }));
    },
    close: async () => {
      client.destroy();
      await emulator.stop();
    },
  };
}

/** An engine whose catalog is the table; contents are in memory, shared by all that give the same name. */
export async function openOnTable(
  tables: DynamoTables,
  table: string,
  wrap: (api: DynamoApi) => DynamoApi = (api) => api,
  config: DynamoDBClientConfig = {},
): Promise<Engine> {
  const { identity } = tables;
  const memory = await openEngine(`memory:${table}`, { identity });
  const api = wrap(await openDynamo({ ...tables.config, ...config }));
  const catalog = new DynamoCatalog({ api, table, identity });
  catalog.close = async () => {
    api.close();
    await memory.catalog.close();
  };
  return { ...memory, url: `aws:${table}`, catalog };
}

/** Two handles on one new table. */
export async function openTwice(tables: DynamoTables): Promise<OpenedEngine> {
  const table = await tables.make();
  const handles = [await openOnTable(tables, table), await openOnTable(tables, table)] as const;
  return {
    handles,
    close: async () => {
      await Promise.all(handles.map(({ catalog }) => catalog.close()));
      await tables.remove(table);
    },
  };
}
