import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { catalogContract } from '../../src/testing/index.js';
import { openTwice, startDynamo, type DynamoTables } from './support/dynamo-tables.js';

let tables: DynamoTables;

beforeAll(async () => {
  tables = await startDynamo();
});

afterAll(async () => {
  await tables.close();
});

describe('the catalog in DynamoDB', () => {
  for (const promise of catalogContract({ name: 'aws:', open: () => openTwice(tables) })) {
    // The cases assert by themselves, so that other engines run them under any test runner.
    // eslint-disable-next-line jest/expect-expect, jest/valid-title -- see above; the titles are in the cases
    test(promise.name, () => promise.run());
  }
});
