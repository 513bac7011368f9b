import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay, SteppedClock } from '../../src/testing/index.js';
import { startDynamo, type DynamoTables } from './support/dynamo-tables.js';
import { history } from './support/random-commands.js';
import { RECOVERY_WINDOW_MS, storeOnTable } from './support/store-on-table.js';

/** Fewer than on the embedded engines: every step is some requests to the emulator. */
const HISTORIES = Number(process.env['HOLDFAST_TEST_AWS_HISTORIES'] ?? 120);
const PER_TABLE = 10;

let tables: DynamoTables;

beforeAll(async () => {
  tables = await startDynamo();
});

afterAll(async () => {
  await tables.close();
});

async function openStage() {
  const clock = new SteppedClock();
  const table = await tables.make();
  const stores = [
    await storeOnTable(tables, table, clock),
    await storeOnTable(tables, table, clock),
  ] as const;
  return { clock, stores, table, played: 0 };
}

test(
  'random histories on aws: agree with the model',
  async () => {
    let stage = await openStage();
    const property = fc.asyncProperty(history, async (commands) => {
      if (stage.played === PER_TABLE) {
        await Promise.all(stage.stores.map((store) => store.close()));
        await tables.remove(stage.table);
        stage = await openStage();
      }
      stage.played += 1;
      const { stores, clock } = stage;
      const repository = `history-${stage.played}`;
      await stores[0].createRepository(repository);
      await replay({ stores, clock, repository, recoveryWindowMs: RECOVERY_WINDOW_MS }, commands);
    });
    await fc.assert(property, { numRuns: HISTORIES });
    expect(stage.played).toBeGreaterThan(0);
    await Promise.all(stage.stores.map((store) => store.close()));
  },
  60_000 + 1_000 * HISTORIES,
);
