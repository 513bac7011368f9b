import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore, type Version } from '@holdfast/core';
import { randomUUID } from 'node:crypto';
import { settleStack, type SettleOptions } from '../../../src/index.js';
import { FakeCloudFormation } from '../../support/cloudformation/fake-cloudformation.js';
import type { ModelStack } from '../../support/cloudformation/model-stack.js';

let store: ArtifactStore;
let version: Version;
let cloudformation: FakeCloudFormation;

beforeEach(async () => {
  store = await openStore(`memory:${randomUUID()}`, { bucket: 'artifacts' });
  ({ version } = await store.publish({ id: 'api', source: { kind: 'bytes', bytes: Buffer.from('api') } }));
  cloudformation = new FakeCloudFormation(() => new Date());
});

afterEach(() => store.close());

function deploy(): ModelStack {
  const resource = { version: version.arn, digest: version.digest, retain: false, owed: { protected: true } };
  const stack = cloudformation.deploy('shop', { resources: { Api: { ...resource, byLocation: false } } })!;
  while (cloudformation.step(stack, true));
  return stack;
}

function remove(stack: ModelStack): void {
  cloudformation.delete(stack);
  while (cloudformation.step(stack, true));
}

/** Settles the stack of the name; returns the consumers that changed. */
async function settle(more: Partial<SettleOptions> = {}): Promise<string[]> {
  const outcomes = await settleStack({ store, api: cloudformation, stack: 'shop', ...more });
  return outcomes.filter(({ result }) => result === 'settled').map(({ consumer }) => consumer);
}

test('stacks that had the name are left to others where that is wanted and another stack has it', async () => {
  const former = deploy();
  await settle();
  remove(former);
  const current = deploy();
  expect(await settle({ former: false })).toEqual([current.id]);
  expect((await store.consumer(former.id)).references).toHaveLength(1);
  expect(await settle()).toEqual([former.id]);
});

test('with none of the name they are settled, whatever is wanted', async () => {
  const former = deploy();
  await settle();
  remove(former);
  expect(await settle({ former: false })).toEqual([former.id]);
  expect((await store.consumer(former.id)).references).toEqual([]);
});

test('a stack is described once by its name and once afterwards; one that changed in between is read again', async () => {
  const described: string[] = [];
  const stack = deploy();
  const describeStacks = cloudformation.describeStacks.bind(cloudformation);
  cloudformation.describeStacks = (input) => {
    described.push(input.StackName ?? '');
    return describeStacks(input);
  };
  await settle({ former: false });
  expect(described).toEqual(['shop', stack.id]);

  described.length = 0;
  const getTemplate = cloudformation.getTemplate.bind(cloudformation);
  cloudformation.getTemplate = (input) => {
    cloudformation.getTemplate = getTemplate;
    remove(stack);
    return getTemplate(input);
  };
  expect(await settle({ former: false })).toEqual([stack.id]);
  expect(described.length).toBeGreaterThan(2);
  expect((await store.consumer(stack.id)).references).toEqual([]);
});
