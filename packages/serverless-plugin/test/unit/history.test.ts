import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore, type VersionKey } from '@holdfast/core';
import { addToHistory, historyConsumer, pruneHistory, readHistory } from '../../src/history/deployments.js';

let store: ArtifactStore;
beforeEach(async () => {
  store = await openStore('memory:');
});
afterEach(() => store.close());

async function version(id: string, text: string): Promise<VersionKey> {
  const { repository, number } = (
    await store.publish({ id, source: { kind: 'bytes', bytes: Buffer.from(text) } })
  ).version;
  return { repository, id, number };
}

async function deploy(milliseconds: number): Promise<string> {
  const directory = `${milliseconds}-${new Date(milliseconds).toISOString()}`;
  await addToHistory(store, historyConsumer(store, 'default', 'shop-dev'), {
    directory,
    template: await version('shop-dev/serverless/template', directory),
    state: await version('shop-dev/serverless/state', directory),
    uses: [{ slot: 'ListLambdaFunction.Code', version: await version('shop-dev/List', directory) }],
  });
  return directory;
}

test('lists deployments in the order of their times, with what each uses', async () => {
  const consumer = historyConsumer(store, 'default', 'shop-dev');
  const second = await deploy(10_000_000);
  const first = await deploy(9_000_000);
  const past = await readHistory(store, consumer);
  expect(past.map(({ directory }) => directory)).toEqual([first, second]);
  expect(past[0]?.uses).toMatchObject([
    { slot: 'ListLambdaFunction.Code', version: { id: 'shop-dev/List', number: 2 } },
  ]);
});

test('protects what can be rolled back to, and nothing longer', async () => {
  const consumer = historyConsumer(store, 'default', 'shop-dev');
  for (const time of [1000, 2000, 3000]) await deploy(time);
  await expect(store.delete('shop-dev/List:1')).rejects.toMatchObject({ code: 'in-use' });
  await pruneHistory(store, consumer, { keep: 2 });
  await expect(store.delete('shop-dev/List:1')).resolves.toMatchObject({ outcome: 'condemned' });
  await expect(store.delete('shop-dev/serverless/template:2')).rejects.toMatchObject({ code: 'in-use' });
  await pruneHistory(store, consumer, { keep: 0 });
  expect((await store.consumer(consumer)).references).toEqual([]);
});

test('forgets a deployment that came to nothing', async () => {
  const consumer = historyConsumer(store, 'default', 'shop-dev');
  const kept = await deploy(1000);
  const forgotten = await deploy(2000);
  await pruneHistory(store, consumer, { keep: 5, forget: [forgotten] });
  expect((await readHistory(store, consumer)).map(({ directory }) => directory)).toEqual([kept]);
});

test('the same package deployed again takes the place of what is recorded of it', async () => {
  const consumer = historyConsumer(store, 'default', 'shop-dev');
  await deploy(1000);
  await deploy(2000);
  const again = { directory: '1000-1970-01-01T00:00:01.000Z', uses: [] };
  const template = await version('shop-dev/serverless/template', 'another');
  const state = await version('shop-dev/serverless/state', 'another');
  expect(await addToHistory(store, consumer, { ...again, template, state })).toBe(false);
  const past = await readHistory(store, consumer);
  expect(past).toHaveLength(2);
  expect(past[0]).toMatchObject({
    directory: again.directory,
    template: { number: template.number },
    uses: [],
  });
});
