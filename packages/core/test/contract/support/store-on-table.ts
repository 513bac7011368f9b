import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ArtifactStore } from '../../../src/index.js';
import type { StoreContext } from '../../../src/store/context.js';
import type { SteppedClock } from '../../../src/testing/index.js';
import { openOnTable, type DynamoTables } from './dynamo-tables.js';

export const RECOVERY_WINDOW_MS = 7 * 24 * 3_600_000;

/** A store whose catalog is the table and whose contents are in memory, shared by all on the same table. */
export async function storeOnTable(
  tables: DynamoTables,
  table: string,
  clock: SteppedClock,
  config: DynamoDBClientConfig = {},
): Promise<ArtifactStore> {
  const engine = await openOnTable(tables, table, undefined, config);
  const context: StoreContext = {
    ...{ engine, identity: engine.identity, by: 'history', clock: clock.read, cache: false },
    ...{ onEvent: () => undefined, recoveryWindowMs: RECOVERY_WINDOW_MS, leaseMs: 3_600_000 },
  };
  // No URL leads to this mixture of engines, so the store is made over it directly.
  return Reflect.construct(ArtifactStore, [context]) as ArtifactStore;
}
