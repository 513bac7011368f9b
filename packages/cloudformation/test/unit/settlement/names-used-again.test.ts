import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { beginDeployment, settleStack } from '../../../src/index.js';
import { type FakeCloudFormation, PLACE } from '../../support/cloudformation/fake-cloudformation.js';
import { modelledAccount } from '../../support/cloudformation/modelled-account.js';
import type { ModelStack } from '../../support/cloudformation/model-stack.js';
import type { ModelResource } from '../../support/cloudformation/templates.js';

let store: ArtifactStore;
let cloudformation: FakeCloudFormation;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00Z');
  ({ store, cloudformation } = await modelledAccount(() => now));
});
afterEach(() => store.close());

function finish(stack: ModelStack): void {
  do now = new Date(now.getTime() + 1_000);
  while (cloudformation.step(stack, true));
}

/** A deployment that pins, makes a stack that retains what it has, and ends before it says which stack that is. */
async function deployAndCrash(content: string): Promise<ModelStack> {
  const { version } = await store.publish({
    id: content,
    source: { kind: 'bytes', bytes: Buffer.from(content) },
  });
  await beginDeployment({
    store,
    stackName: 'shop',
    deployment: 'crashed',
    place: PLACE,
    pins: [{ slot: 'Api.Code', version }],
  });
  const { arn, digest } = version;
  const api = { version: arn, digest, retain: true, byLocation: false, owed: { protected: true } };
  return make({ Api: api });
}

function make(resources: Record<string, ModelResource>): ModelStack {
  const stack = cloudformation.deploy('shop', { resources });
  if (stack === undefined) throw new Error('the stack takes no update now');
  finish(stack);
  return stack;
}

function remove(stack: ModelStack): void {
  cloudformation.delete(stack);
  finish(stack);
}

const settle = () =>
  settleStack({ store, api: cloudformation, stack: 'shop', finished: ['crashed'], clock: () => now });
const held = async (consumer: string) =>
  (await store.consumer(consumer)).references.map(
    ({ kind, slot, version }) => `${kind} ${slot} ${version.id}`,
  );

test.each([
  ['is there', () => undefined],
  ['was deleted, too', remove],
])('what a stack retained stays held when another of its name %s before anybody settled', async (_, then) => {
  const first = await deployAndCrash('one');
  remove(first);
  then(make({}));
  await settle();
  expect(await held(first.id)).toEqual(['reference Api.Code (retained) one']);
  await expect(store.delete('one:1')).rejects.toMatchObject({ code: 'in-use' });
  const unbound = `arn:aws:cloudformation:${PLACE.region}:${PLACE.account}:stack/shop`;
  expect(await held(unbound)).toEqual([]);
});

test('pins stay when nobody could be asked what an earlier stack of the name retained', async () => {
  remove(await deployAndCrash('one'));
  make({});
  cloudformation.onCall = (call) => {
    if (call === 'describeStackEvents')
      throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
  };
  expect(await settle()).toMatchObject([{ result: 'undecided', released: [] }]);
  const unbound = `arn:aws:cloudformation:${PLACE.region}:${PLACE.account}:stack/shop`;
  expect(await held(unbound)).toEqual(['pin Api.Code one']);
});

test('a stack that is older than the pins is asked alone', async () => {
  const old = make({});
  remove(old);
  const calls: string[] = [];
  const stack = make({});
  now = new Date(now.getTime() + 3_600_000);
  const { version } = await store.publish({
    id: 'one',
    source: { kind: 'bytes', bytes: Buffer.from('one') },
  });
  const pins = [{ slot: 'Api.Code', version }];
  await beginDeployment({ store, stackName: 'shop', deployment: 'crashed', place: PLACE, pins });
  cloudformation.onCall = (call) => void calls.push(call);
  const describeStacks = cloudformation.describeStacks.bind(cloudformation);
  cloudformation.describeStacks = async (input) => {
    const answer = await describeStacks(input);
    answer.Stacks[0]!.CreationTime = new Date('2026-01-01T00:00:05Z') as never;
    return answer;
  };
  await settle();
  expect(calls).not.toContain('listStacks');
  expect(await held(stack.id)).toEqual([]);
});
