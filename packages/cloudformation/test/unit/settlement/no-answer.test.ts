import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { bindDeployment, beginDeployment, reconcileStacks, settleStack } from '../../../src/index.js';
import { FakeCloudFormation, PLACE } from '../../support/cloudformation/fake-cloudformation.js';
import { modelledAccount } from '../../support/cloudformation/modelled-account.js';
import type { ModelTemplate } from '../../support/cloudformation/templates.js';

let store: ArtifactStore;
let cloudformation: FakeCloudFormation;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00Z');
  ({ store, cloudformation } = await modelledAccount(() => now));
});

afterEach(() => store.close());

async function template(content: string, logicalId = 'Api', retain = false): Promise<ModelTemplate> {
  const { version } = await store.publish({
    id: 'api',
    source: { kind: 'bytes', bytes: Buffer.from(content) },
  });
  const resource = {
    version: version.arn,
    digest: version.digest,
    retain,
    byLocation: false,
    owed: { protected: true },
  };
  return { resources: { [logicalId]: resource } };
}

/** Deploys through, so that the stack is at rest. Returns its ID. */
function deploy(name: string, of: ModelTemplate): string {
  const stack = cloudformation.deploy(name, of);
  if (stack === undefined) throw new Error('the stack takes no update now');
  while (cloudformation.step(stack, true)) now = new Date(now.getTime() + 1_000);
  return stack.id;
}

const settle = (stack: string) => settleStack({ store, api: cloudformation, stack, clock: () => now });

/** A stack that went from version 1 to version 2, so that settling would release something. Returns its ID. */
async function moveOn(): Promise<string> {
  const stackId = deploy('shop', await template('one'));
  await settle('shop');
  const two = await template('two');
  const pins = [{ slot: 'Api.Code', version: { repository: 'default', id: 'api', number: 2 } }];
  const { deployment } = await beginDeployment({ store, stackName: 'shop', pins });
  deploy('shop', two);
  await bindDeployment({ store, deployment, stackId });
  return stackId;
}

describe.each(['AccessDenied', 'Throttling', 'TimeoutError'])('%s', (name) => {
  test('at any one of the calls: nothing is released, and it is told', async () => {
    const stackId = await moveOn();
    const { references: before } = await store.consumer(stackId);
    for (let at = 1; ; at += 1) {
      let calls = 0;
      cloudformation.onCall = () => {
        calls += 1;
        if (calls === at) throw Object.assign(new Error('no'), { name });
      };
      const outcomes = await settle('shop');
      if (calls < at) break;
      const code = name === 'AccessDenied' ? 'access-denied' : 'unavailable';
      expect(outcomes.flatMap(({ released }) => released)).toEqual([]);
      expect(outcomes.flatMap(({ undecided }) => undecided)).toContainEqual(
        expect.objectContaining({ code }),
      );
      const held = (await store.consumer(stackId)).references;
      expect(held).toEqual(expect.arrayContaining([...before]));
    }
    // The last round had all its answers.
    expect((await store.consumer(stackId)).references.map(({ version }) => version.number)).toEqual([2]);
  });
});

test('the version of a stack that was never asked about stays when reconciling cannot even begin', async () => {
  const stackId = await moveOn();
  cloudformation.onCall = () => {
    throw Object.assign(new Error('no'), { name: 'ExpiredToken' });
  };
  const report = await reconcileStacks({ store, api: cloudformation, all: true });
  expect(report).toMatchObject({ outcomes: [], complete: false, doubts: [{ code: 'access-denied' }] });
  expect((await store.consumer(stackId)).references).toHaveLength(2);
});

test('a resource that moved to another stack is protected there before it goes here', async () => {
  const from = deploy('from', await template('one', 'Moving'));
  const to = deploy('to', await template('two', 'Other'));
  await settle('from');
  await settle('to');
  const [first, second] = [from, to].map((id) => cloudformation.stacks.find((it) => it.id === id)!);
  cloudformation.refactor(first!, second!, 'Moving');
  expect(await settle('from')).toContainEqual(expect.objectContaining({ result: 'undecided', released: [] }));
  cloudformation.step(first!, true);

  // Only the stack that lost it is settled.
  await settle('from');
  expect((await store.consumer(from)).references).toEqual([]);
  const slots = (await store.consumer(to)).references.map(({ slot }) => slot);
  expect(slots.toSorted((a, b) => a.localeCompare(b))).toEqual(['Moving.Code', 'Other.Code']);
});

test('what a deleted stack retained stays, until someone says that the account has it no more', async () => {
  const stackId = deploy('shop', await template('one', 'Api', true));
  await settle('shop');
  const stack = cloudformation.stacks[0]!;
  cloudformation.delete(stack);
  cloudformation.step(stack, true);
  await settle('shop');
  await settle('shop');
  expect((await store.consumer(stackId)).references).toMatchObject([{ slot: 'Api.Code (retained)' }]);
  await expect(store.delete('api:1')).rejects.toMatchObject({ code: 'in-use' });

  await settleStack({ store, api: cloudformation, stack: stackId, forgetRetained: true });
  await expect(store.delete('api:1')).resolves.toMatchObject({ outcome: 'condemned' });
});

test('a rollback finds its old artifact though everything was swept in the middle of the update', async () => {
  const stackId = deploy('shop', await template('one'));
  await settle('shop');
  const stack = cloudformation.deploy('shop', await template('two'))!;
  await settle('shop');
  await expect(store.delete('api:1')).rejects.toMatchObject({ code: 'in-use' });
  await expect(store.delete('api:2')).rejects.toMatchObject({ code: 'in-use' });
  cloudformation.step(stack, false);
  while (cloudformation.step(stack, true));
  expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  await settle('shop');
  expect((await store.consumer(stackId)).references.map(({ version }) => version.number)).toContain(1);
});

test('reconciling goes on where it ended', async () => {
  for (const name of ['a', 'b', 'c']) deploy(name, await template(name));
  const seen: string[] = [];
  const abort = new AbortController();
  const options = { store, api: cloudformation, all: true, concurrency: 1 };
  const onOutcome = ({ consumer }: { consumer: string }) => {
    seen.push(consumer);
    abort.abort();
  };
  const first = await reconcileStacks({ ...options, onOutcome, signal: abort.signal });
  expect(first).toMatchObject({
    complete: false,
    last: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/a',
  });
  const second = await reconcileStacks({ ...options, after: first.last! });
  expect(second.complete).toBe(true);
  expect([...seen, ...second.outcomes.map(({ consumer }) => consumer)]).toEqual(
    cloudformation.stacks.map(({ id }) => id),
  );
});

test('a region of the same account is asked by a client of its own, another account never', async () => {
  const pin = (place: typeof PLACE) =>
    beginDeployment({
      store,
      stackName: 'shop',
      place,
      pins: [{ slot: 'Api.Code', version: { repository: 'default', id: 'api', number: 1 } }],
    });
  await template('one');
  await pin({ ...PLACE, region: 'us-east-1' });
  await pin({ ...PLACE, account: '999999999999' });
  const opened: string[] = [];
  const openRegion = (region: string) => {
    opened.push(region);
    return Promise.resolve(new FakeCloudFormation(() => now));
  };
  now = new Date(now.getTime() + 48 * 3_600_000);
  const { outcomes } = await reconcileStacks({ store, api: cloudformation, openRegion });
  expect(opened).toEqual(['us-east-1']);
  // The client that was opened says that it asks another region: its answers are none about this stack.
  expect(outcomes.map(({ result, released }) => [result, released.length])).toEqual([
    ['undecided', 0],
    ['undecided', 0],
  ]);
});

test('an update that begins while the stack is read releases nothing', async () => {
  const stackId = deploy('shop', await template('one'));
  await settle('shop');
  const two = await template('two');
  cloudformation.onCall = (call) => {
    if (call === 'getTemplate' && cloudformation.stacks[0]!.status === 'CREATE_COMPLETE') {
      cloudformation.deploy('shop', two);
    }
  };
  await settle('shop');
  const numbers = (await store.consumer(stackId)).references.map(({ version }) => version.number);
  expect(new Set(numbers)).toEqual(new Set([1, 2]));
});

test('a nested stack that is through keeps its old artifact until the outermost stack is', async () => {
  const nested = async (content: string): Promise<ModelTemplate> => ({
    resources: {},
    nested: { logicalId: 'Child', template: await template(content) },
  });
  deploy('shop', await nested('one'));
  await settle('shop');
  const outer = cloudformation.deploy('shop', await nested('two'))!;
  const child = outer.child!;
  expect([outer.status, child.status]).toEqual(['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE']);
  await settle(child.id);
  const held = async () => (await store.consumer(child.id)).references.map(({ version }) => version.number);
  expect(new Set(await held())).toEqual(new Set([1, 2]));

  while (cloudformation.step(outer, true));
  await settle('shop');
  expect(await held()).toEqual([2]);
});
