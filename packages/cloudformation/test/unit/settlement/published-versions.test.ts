import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { reconcileFunctions, settleStack, type LambdaApi } from '../../../src/index.js';
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

async function code(content: string, more: Partial<ModelResource> = {}): Promise<ModelResource> {
  const { version } = await store.publish({
    id: content,
    source: { kind: 'bytes', bytes: Buffer.from(content) },
  });
  const { arn, digest } = version;
  const owed = { protected: true };
  return { version: arn, digest, retain: false, byLocation: false, publishes: true, owed, ...more };
}

function deploy(resources: ModelTemplate['resources']): ModelStack {
  const stack = cloudformation.deploy('shop', { resources });
  do now = new Date(now.getTime() + 1_000);
  while (cloudformation.step(stack!, true));
  return stack!;
}

const settle = (more = {}) =>
  settleStack({ store, api: cloudformation, stack: 'shop', clock: () => now, ...more });
const functions = () =>
  reconcileFunctions({
    store,
    lambda: cloudformation.functions.lambda as LambdaApi,
    place: () => Promise.resolve(PLACE),
    clock: () => now,
  });
const refused = (name: string) => expect(store.delete(name)).rejects.toMatchObject({ code: 'in-use' });
const consumerOf = (stack: ModelStack, logicalId: string): string =>
  `arn:aws:lambda:eu-west-1:123456789012:function:${cloudformation.functions.nameOf(stack, logicalId)}`;
const held = async (consumer: string) =>
  (await store.consumer(consumer)).references.map(({ slot, version }) => `${slot} ${version.id}`).sort();

test('the code of a version that a stack published and left is held for its function, until the function has it no more', async () => {
  deploy({ Api: await code('one'), Task: await code('task-one', { publishes: false }) });
  await settle();
  const stack = deploy({ Api: await code('two'), Task: await code('task-two', { publishes: false }) });
  const api = consumerOf(stack, 'Api');
  expect(await settle({ dryRun: true })).toMatchObject([
    { consumer: api, result: 'settled', added: [{ slot: '1.Code', version: { id: 'one' } }] },
    { consumer: stack.id, result: 'settled' },
  ]);
  expect(await held(api)).toEqual([]);

  expect((await settle()).map(({ consumer }) => consumer)).toEqual([api, stack.id]);
  expect(await held(api)).toEqual(['1.Code one']);
  expect(await held(stack.id)).toEqual(['Api.Code two', 'Task.Code task-two']);
  await refused('one:1');
  await expect(store.delete('task-one:1')).resolves.toMatchObject({ outcome: 'condemned' });
  expect(await settle()).toMatchObject([{ result: 'unchanged' }]);

  await functions();
  expect(await held(api)).toEqual(['1.Code one']);
  cloudformation.delete(stack);
  while (cloudformation.step(stack, true));
  await settle({ stack: stack.id });
  await functions();
  expect(await held(api)).toEqual([]);
  await expect(store.delete('one:1')).resolves.toMatchObject({ outcome: 'condemned' });
});

test('of several codes that were never settled in between, the function has what it says', async () => {
  const pin = async (resource: ModelResource): Promise<void> => {
    const [, id = ''] = /default\/(.*):1$/.exec(resource.version) ?? [];
    const pins = [{ slot: 'Api.Code', version: { repository: 'default', id, number: 1 } }];
    const consumer = `arn:aws:cloudformation:eu-west-1:123456789012:stack/shop`;
    await store.pin({ consumer, deployment: id, pins });
  };
  const contents = ['one', 'two', 'three'];
  let stack: ModelStack | undefined;
  for (const content of contents) {
    const resource = await code(content);
    await pin(resource);
    stack = deploy({ Api: resource });
  }
  await settle({ finished: contents });
  const api = consumerOf(stack!, 'Api');
  expect(await held(api)).toEqual(['1.Code one', '1.Code two', '2.Code one', '2.Code two']);
  await functions();
  expect(await held(api)).toEqual(['1.Code one', '2.Code two']);
});

test('a function that was deleted has no versions, whatever was left of them', async () => {
  deploy({ Api: await code('one'), Task: await code('task') });
  const stack = deploy({ Api: await code('two'), Task: await code('task') });
  await settle();
  const api = consumerOf(stack, 'Api');
  now = new Date(now.getTime() + 1_000);
  deploy({ Task: await code('task') });
  await settle();
  await functions();
  expect(await held(api)).toEqual([]);
});

test.each([
  ['a function of that name that was deleted earlier', 'AWS::Lambda::Function', 'before'],
  ['something else of that name that was deleted', 'AWS::DynamoDB::Table', 'after'],
])('%s took no version with it', async (_, type, when) => {
  deploy({ Api: await code('one') });
  await settle();
  const stack = deploy({ Api: await code('two') });
  const physicalId = cloudformation.functions.nameOf(stack, 'Api');
  const event = { logicalId: 'Old', physicalId, type, status: 'DELETE_COMPLETE', at: now };
  // Newest first.
  if (when === 'before') stack.events.push(event);
  else stack.events.unshift(event);
  await settle();
  expect(await held(consumerOf(stack, 'Api'))).toEqual(['1.Code one']);
});

test('with no answer about whose version it is, nothing goes', async () => {
  deploy({ Api: await code('one') });
  await settle();
  const stack = deploy({ Api: await code('two') });
  let lists = 0;
  cloudformation.onCall = (call) => {
    if (call === 'listStackResources' && (lists += 1) > 1)
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  };
  expect(await settle()).toMatchObject([
    { consumer: stack.id, result: 'undecided', released: [], undecided: [{ code: 'access-denied' }] },
  ]);
  expect(await held(stack.id)).toEqual(['Api.Code one', 'Api.Code two']);
});

test('where functions hold nothing themselves, the stack goes on holding it', async () => {
  deploy({ Api: await code('one') });
  await settle();
  const stack = deploy({ Api: await code('two') });
  const { identity } = store;
  const replicas = {
    identity,
    consumer: (arn: string) => store.consumer(arn),
    settle: (request: Parameters<ArtifactStore['settle']>[0]) => store.settle(request),
    bindPins: (...given: Parameters<ArtifactStore['bindPins']>) => store.bindPins(...given),
    describe: (...given: Parameters<ArtifactStore['describe']>) => store.describe(...given),
    listRepositories: () => store.listRepositories(),
    listConsumers: () => store.listConsumers(),
  };
  await settle({ store: replicas });
  expect(await held(stack.id)).toEqual(['Api.Code (retained) one', 'Api.Code two']);
});
