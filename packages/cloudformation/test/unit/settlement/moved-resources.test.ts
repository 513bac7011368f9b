import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { reconcileStacks, settleStack } from '../../../src/index.js';
import { type FakeCloudFormation, PLACE } from '../../support/cloudformation/fake-cloudformation.js';
import { modelledAccount } from '../../support/cloudformation/modelled-account.js';
import type { ModelStack } from '../../support/cloudformation/model-stack.js';
import type { ModelResource, ModelTemplate } from '../../support/cloudformation/templates.js';

let store: ArtifactStore;
let cloudformation: FakeCloudFormation;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00Z');
  ({ store, cloudformation } = await modelledAccount(() => now));
});
afterEach(() => store.close());

async function resource(content: string, more: Partial<ModelResource> = {}): Promise<ModelResource> {
  const { version } = await store.publish({
    id: content,
    source: { kind: 'bytes', bytes: Buffer.from(content) },
  });
  const { arn, digest } = version;
  return { version: arn, digest, retain: false, byLocation: false, owed: { protected: true }, ...more };
}

function finish(stack: ModelStack): void {
  do now = new Date(now.getTime() + 1_000);
  while (cloudformation.step(stack, true));
}

function deploy(name: string, resources: ModelTemplate['resources']): ModelStack {
  const stack = cloudformation.deploy(name, { resources });
  if (stack === undefined) throw new Error('the stack takes no update now');
  finish(stack);
  return stack;
}

const settle = (stack: string) => settleStack({ store, api: cloudformation, stack, clock: () => now });
const held = async ({ id }: ModelStack) =>
  (await store.consumer(id)).references.map(({ slot, version }) => `${slot} ${version.id}`).sort();
const refused = (name: string) => expect(store.delete(name)).rejects.toMatchObject({ code: 'in-use' });

test('a renamed stack: what a refactoring moved is held by the new one before the old one lets go', async () => {
  const old = deploy('old', { Api: await resource('api') });
  await settle('old');
  const made = cloudformation.makeFor('new');
  cloudformation.refactor(old, made, 'Api');
  expect(await settle('old')).toMatchObject([{ result: 'undecided', released: [] }]);
  finish(old);
  expect((await settle('old')).map(({ consumer, result }) => [consumer, result])).toEqual([
    [made.id, 'settled'],
    [old.id, 'settled'],
  ]);
  expect(await held(made)).toEqual(['Api.Code api']);
  expect(await held(old)).toEqual([]);
  cloudformation.delete(old);
  finish(old);
  await settle(old.id);
  await refused('api:1');
});

test('what was moved and then replaced may come back: it stays while the other stack is being changed', async () => {
  const from = deploy('from', { Api: await resource('one') });
  await settle('from');
  const to = cloudformation.makeFor('to');
  cloudformation.refactor(from, to, 'Api');
  finish(to);
  cloudformation.deploy('to', { resources: { Api: await resource('two') } });
  expect(await settle('from')).toMatchObject([
    {
      result: 'undecided',
      released: [],
      undecided: [{ message: expect.stringContaining(to.id) as unknown }],
    },
  ]);
  await refused('one:1');
  // It fails, and goes back to what was moved there.
  cloudformation.step(to, false);
  finish(to);
  expect(to.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  await settle('from');
  expect(await held(to)).toContain('Api.Code one');
  await refused('one:1');
});

test('what was moved and then retained is in no template any more, and stays held under its old slot', async () => {
  const from = deploy('from', { Api: await resource('one', { retain: true }) });
  await settle('from');
  const to = cloudformation.makeFor('to');
  cloudformation.refactor(from, to, 'Api');
  finish(to);
  deploy('to', { Other: await resource('two') });
  await settle('from');
  expect(await held(from)).toEqual(['Api.Code (retained) one']);
  await refused('one:1');
  await settleStack({ store, api: cloudformation, stack: 'from', forgetRetained: true });
  expect(await held(from)).toEqual([]);
});

test.each([
  ['is there still', () => undefined],
  [
    'was moved on',
    (to: ModelStack) => {
      const last = cloudformation.makeFor('last');
      cloudformation.refactor(to, last, 'Api');
      finish(last);
    },
  ],
])(
  'a version that was published where a function came to, and %s, goes on with what the function had before',
  async (_, then) => {
    const from = deploy('from', {
      Api: await resource('one', { publishes: true }),
      Other: await resource('other'),
    });
    await settle('from');
    const to = cloudformation.makeFor('to');
    cloudformation.refactor(from, to, 'Api');
    finish(to);
    deploy('to', { Api: await resource('two') });
    then(to);
    deploy('from', { Other: await resource('another') });
    await settle('from');
    expect(await held(from)).toEqual(['Other.Code another']);
    await refused('one:1');
    await store.delete('other:1');
  },
);

test('without an answer about what was moved nothing goes', async () => {
  const from = deploy('from', { Api: await resource('one', { retain: true }) });
  await settle('from');
  const to = cloudformation.makeFor('to');
  cloudformation.refactor(from, to, 'Api');
  finish(to);
  deploy('to', { Other: await resource('two') });
  cloudformation.onCall = (call) => {
    if (call === 'listStackRefactorActions')
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  };
  const outcome = (await settle('from')).find(({ consumer }) => consumer === from.id);
  expect(outcome).toMatchObject({
    result: 'undecided',
    released: [],
    undecided: [{ code: 'access-denied' }],
  });
  expect(await held(from)).toEqual(['Api.Code one']);
});

test('an imported resource is held by the stack that took it in, and after a rollback as what is left in the account', async () => {
  const first = deploy('first', {
    Api: await resource('one', { retain: true }),
    Rest: await resource('two'),
  });
  await settle('first');
  deploy('first', { Rest: await resource('two') });
  await settle('first');
  expect(await held(first)).toEqual(['Api.Code (retained) one', 'Rest.Code two']);

  const second = deploy('second', { Own: await resource('three') });
  expect(cloudformation.import(second, 'Taken')).toBe(true);
  await settle('second');
  expect(await held(second)).toEqual(['Own.Code three', 'Taken.Code one']);
  cloudformation.step(second, false);
  finish(second);
  expect(second.status).toBe('IMPORT_ROLLBACK_COMPLETE');
  deploy('second', { Own: await resource('three') });
  await settle('second');
  expect(await held(second)).toEqual(['Own.Code three', 'Taken.Code (retained) one']);

  expect(cloudformation.import(second, 'Again')).toBe(true);
  finish(second);
  expect(second.status).toBe('IMPORT_COMPLETE');
  await settle('second');
  expect(await held(second)).toContain('Again.Code one');
});

test('the instances of a stack set are stacks like any others, each of which decides for itself', async () => {
  const names = ['StackSet-web-1111', 'StackSet-web-2222'];
  const instances: ModelStack[] = [];
  for (const name of names) instances.push(deploy(name, { Api: await resource('one') }));
  const { outcomes } = await reconcileStacks({ store, api: cloudformation, all: true });
  expect(outcomes.map(({ result }) => result)).toEqual(['settled', 'settled']);
  cloudformation.delete(instances[0]!);
  finish(instances[0]!);
  await reconcileStacks({ store, api: cloudformation });
  expect(await held(instances[0]!)).toEqual([]);
  expect(await held(instances[1]!)).toEqual(['Api.Code one']);
  await refused('one:1');

  // An instance in an account that nobody can be asked about keeps what it holds.
  const foreign = instances[1]!.id.replace(PLACE.account, '999999999999');
  const { references } = await store.consumer(instances[1]!.id);
  await store.settle({
    consumer: foreign,
    revision: 0,
    deployment: 'd',
    references,
    mode: 'add',
    releasePins: [],
  });
  const elsewhere = await reconcileStacks({ store, api: cloudformation });
  expect(elsewhere.outcomes.find(({ consumer }) => consumer === foreign)).toMatchObject({
    result: 'undecided',
  });
  expect((await store.consumer(foreign)).references).toHaveLength(1);
});

test('a stack made again under its old name is another one, and the old one lets go only by its own ID', async () => {
  const old = deploy('shop', { Api: await resource('one', { retain: true }), Gone: await resource('two') });
  await settle('shop');
  cloudformation.delete(old);
  finish(old);
  const again = deploy('shop', { Api: await resource('three') });
  expect(again.id).not.toBe(old.id);
  await settle('shop');
  expect(await held(again)).toEqual(['Api.Code three']);
  expect(await held(old)).toEqual(['Api.Code (retained) one']);
  await refused('one:1');
  await expect(store.delete('two:1')).resolves.toBeDefined();
});

test('a location restores the condemned version whose content it names', async () => {
  const one = await resource('one', { byLocation: true });
  await store.delete('one:1');
  expect(await store.describe('one:1')).toMatchObject({ state: 'condemned' });
  const stack = deploy('foreign', { Api: one });
  expect(await settle(stack.id)).toMatchObject([{ result: 'settled' }]);
  expect(await held(stack)).toEqual(['Api.Code.S3Key one']);
  expect(await store.describe('one:1')).toMatchObject({ state: 'live' });
});
