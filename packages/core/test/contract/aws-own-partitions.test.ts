import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inOwnPartitions } from '../../src/engines/aws/replicas/own-partitions.js';
import { catalogContract } from '../../src/testing/index.js';
import { actor, collect, material } from '../../src/testing/material.js';
import { openOnTable, startDynamo, type DynamoTables } from './support/dynamo-tables.js';

let tables: DynamoTables;

beforeAll(async () => {
  tables = await startDynamo();
});
afterAll(async () => {
  await tables.close();
});

const PLACE = '@123456789012/eu-west-1/';

describe('a catalog in partitions of its own', () => {
  const open = async () => {
    const table = await tables.make();
    const handle = () => openOnTable(tables, table, (api) => inOwnPartitions(api, PLACE));
    const handles = [await handle(), await handle()] as const;
    return {
      handles,
      close: async () => {
        await Promise.all(handles.map(({ catalog }) => catalog.close()));
        await tables.remove(table);
      },
    };
  };
  for (const promise of catalogContract({ name: 'replicas:', open })) {
    // The cases assert by themselves, so that other engines run them under any test runner.
    // eslint-disable-next-line jest/expect-expect, jest/valid-title -- see above; the titles are in the cases
    test(promise.name, () => promise.run());
  }
});

test('catalogs in one table know nothing of each other', async () => {
  const table = await tables.make();
  const own = await openOnTable(tables, table);
  const replicas = await openOnTable(tables, table, (api) => inOwnPartitions(api, PLACE));
  const others = await openOnTable(tables, table, (api) => inOwnPartitions(api, '@123456789012/us-east-1/'));
  const { digest, size } = material('x');
  for (const { catalog } of [own, replicas]) {
    await catalog.leaseContent({
      repository: 'default',
      digest,
      lease: 'l',
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    const version = {
      repository: 'default',
      id: 'x',
      digest,
      size,
      mediaType: 'a/b',
      labels: {},
      provenance: {},
    };
    await catalog.recordVersion({ ...actor(), ...version, lease: 'l' });
    await catalog.pin({
      ...actor(),
      ...{
        consumer: 'arn:aws:x:::y',
        deployment: 'd',
        pins: [{ version: { ...version, number: 1 }, slot: 's' }],
      },
    });
  }
  expect(await others.catalog.listConsumers({ limit: 9 })).toEqual([]);
  expect(await others.catalog.getVersion({ repository: 'default', id: 'x', number: 1 })).toBeUndefined();
  expect(await collect(others.catalog.surveyVersions('default'))).toEqual([]);
  const { revision } = await own.catalog.getConsumer('arn:aws:x:::y');
  await own.catalog.settle({
    ...actor(),
    ...{
      consumer: 'arn:aws:x:::y',
      revision,
      deployment: 'e',
      references: [],
      mode: 'replace',
      releasePins: ['d'],
    },
  });
  expect((await own.catalog.getConsumer('arn:aws:x:::y')).references).toEqual([]);
  expect((await replicas.catalog.getConsumer('arn:aws:x:::y')).references).toHaveLength(1);
  await Promise.all([own, replicas, others].map(({ catalog }) => catalog.close()));
});
