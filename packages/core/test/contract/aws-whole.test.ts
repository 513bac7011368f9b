import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/index.js';
import { catalogContract, contentStorageContract } from '../../src/testing/index.js';
import { lockBucket, startAccounts, type AwsAccounts } from './support/aws-accounts.js';
import { playHistories } from './support/play-histories.js';

/** Few: the catalog's own suite plays many; these have real uploads and removals of objects in them. */
const HISTORIES = 15;

let accounts: AwsAccounts;

beforeAll(async () => {
  accounts = await startAccounts();
});
afterAll(async () => {
  await accounts.close();
});

describe('aws: as its URL opens it, made by two first users at once', () => {
  const harness = { name: 'aws:', open: () => accounts.openTwice() };
  for (const promise of [...contentStorageContract(harness), ...catalogContract(harness)]) {
    // The cases assert by themselves, so that other engines run them under any test runner.
    // eslint-disable-next-line jest/expect-expect, jest/valid-title -- see above; the titles are in the cases
    test(promise.name, () => promise.run(), 60_000);
  }
});

test(
  `${HISTORIES} random histories on the bucket and the table agree with the model`,
  async () => {
    const entered = accounts.enterNew();
    await (await openStore('aws:')).close();
    await lockBucket(entered);
    await expect(playHistories(HISTORIES, () => 'aws:')).resolves.toBeUndefined();
  },
  60_000 + 4_000 * HISTORIES,
);

test('two handles that publish the same and different contents at once end with one of each', async () => {
  const entered = accounts.enterNew();
  const url = `aws://${entered.account}/${entered.region}`;
  // The first use of the account, by two at once.
  const stores = await Promise.all([openStore(url), openStore(url)]);
  await lockBucket(entered);
  const names = ['red', 'green', 'blue', 'red', 'green', 'blue'];
  const published = await Promise.all(
    names.flatMap((name) =>
      stores.map((store) => store.publish({ id: 'x', source: { kind: 'bytes', bytes: Buffer.from(name) } })),
    ),
  );
  expect(published.filter(({ outcome }) => outcome === 'created')).toHaveLength(3);
  expect(new Set(published.map(({ version }) => version.number))).toEqual(new Set([1, 2, 3]));
  expect(await stores[0].verify()).toMatchObject({ contents: 3, problems: [] });
  await Promise.all(stores.map((store) => store.close()));
}, 60_000);
