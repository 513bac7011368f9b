import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { openStore, type ArtifactStore, type Version } from '@holdfast/core';
import { randomUUID } from 'node:crypto';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import {
  beginDeployment,
  bindDeployment,
  openCloudFormation,
  reconcileStacks,
  settleStack,
  type CloudFormationApi,
} from '../../src/index.js';

describe.each(['moto', 'ministack'] as const)('on %s', (emulatorName) => {
  let emulator: Emulator;
  let client: CloudFormationClient;
  let api: CloudFormationApi;
  let store: ArtifactStore;
  let stackName: string;
  let now: number;

  beforeAll(async () => {
    emulator = await startEmulator(emulatorName);
    const { endpoint, region, credentials } = emulator;
    client = new CloudFormationClient({ endpoint, region, credentials });
    api = asAws(emulatorName, await openCloudFormation({ endpoint, region, credentials, maxAttempts: 2 }));
  });

  afterAll(async () => {
    api.close();
    client.destroy();
    await emulator.stop();
  });

  beforeEach(async () => {
    const { region, account } = emulator;
    stackName = `shop-${randomUUID().slice(0, 8)}`;
    now = Date.now();
    store = await openStore(`memory:${stackName}`, {
      identity: { region, account },
      bucket: 'artifacts',
      recoveryWindowMs: 0,
      clock: () => new Date(now),
    });
  });

  afterEach(async () => {
    await store.close();
  });

  async function publish(content: string): Promise<Version> {
    const { version } = await store.publish({
      id: `${stackName}/api`,
      source: { kind: 'bytes', bytes: Buffer.from(`${stackName} ${content}`) },
    });
    return version;
  }

  /** A template whose resource names the version by stamp, or by its location alone. */
  async function template(version: Version, { stamped = true, retain = false } = {}): Promise<string> {
    const { key } = await store.locate(version);
    return JSON.stringify({
      Resources: {
        Queue: {
          Type: 'AWS::SQS::Queue',
          ...(retain ? { DeletionPolicy: 'Retain' } : {}),
          ...(stamped ? { Metadata: { Holdfast: { Code: { Version: version.arn } } } } : {}),
          Properties: { Tags: [{ Key: 'code', Value: `s3://artifacts/${key}` }] },
        },
      },
    });
  }

  async function begin(version: Version): Promise<string> {
    const { deployment } = await beginDeployment({
      store,
      stackName,
      pins: [{ slot: 'Queue.Code', version }],
    });
    return deployment;
  }

  /** Makes a change set, waits until it can be executed, and returns the stack's ID. */
  async function changeSet(body: string, type: 'CREATE' | 'UPDATE', name = 'deploy'): Promise<string> {
    const { StackId } = await client.send(
      new CreateChangeSetCommand({
        StackName: stackName,
        ChangeSetName: name,
        ChangeSetType: type,
        TemplateBody: body,
      }),
    );
    await until(async () => {
      const { ExecutionStatus } = await client.send(
        new DescribeChangeSetCommand({ StackName: stackName, ChangeSetName: name }),
      );
      return ExecutionStatus === 'AVAILABLE';
    });
    return StackId!;
  }

  async function status(): Promise<string | undefined> {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks?.[0]?.StackStatus;
  }

  async function create(version: Version, options = {}): Promise<string> {
    const TemplateBody = await template(version, options);
    const { StackId } = await client.send(new CreateStackCommand({ StackName: stackName, TemplateBody }));
    await until(async () => (await status()) === 'CREATE_COMPLETE');
    return StackId!;
  }

  const settle = (more = {}) =>
    settleStack({ store, api, stack: stackName, clock: () => new Date(now), ...more });
  const refused = (number: number) =>
    expect(store.delete(`${stackName}/api:${number}`)).rejects.toMatchObject({ code: 'in-use' });
  const deleted = (number: number) =>
    expect(store.delete(`${stackName}/api:${number}`)).resolves.toMatchObject({ outcome: 'condemned' });

  test('a stack in REVIEW_IN_PROGRESS keeps what its change set names, long after every lease', async () => {
    const version = await publish('one');
    await begin(version);
    const stackId = await changeSet(await template(version), 'CREATE');
    expect(await status()).toBe('REVIEW_IN_PROGRESS');
    now += 72 * 3_600_000;
    const { outcomes } = await reconcileStacks({ store, api, clock: () => new Date(now) });
    expect(outcomes).toContainEqual(expect.objectContaining({ consumer: stackId, because: 'changing' }));
    expect(outcomes.flatMap(({ undecided }) => undecided)).toEqual([]);
    await refused(1);
  });

  test('a change set that is pending on an existing stack keeps what it names', async () => {
    const one = await publish('one');
    const two = await publish('two');
    const stackId = await create(one);
    // moto gives the template of the stack for that of a change set: there the pins of the deployment are what is left.
    const pinned = emulatorName === 'moto' ? await begin(two) : undefined;
    await changeSet(await template(two, { stamped: false }), 'UPDATE', 'friday');
    if (pinned !== undefined) await bindDeployment({ store, deployment: pinned, stackId });
    const { outcomes } = await reconcileStacks({ store, api, all: true });
    expect(outcomes).toContainEqual(expect.objectContaining({ consumer: stackId, because: 'waiting' }));
    await refused(1);
    await refused(2);

    await client.send(new DeleteChangeSetCommand({ StackName: stackName, ChangeSetName: 'friday' }));
    await settle();
    await refused(1);
    await deleted(2);
  });

  test('a deployment from its pins to the deletion of its stack', async () => {
    const one = await publish('one');
    const first = await begin(one);
    const stackId = await changeSet(await template(one), 'CREATE');
    await bindDeployment({ store, deployment: first, stackId });
    await settle();
    await refused(1);
    await client.send(new ExecuteChangeSetCommand({ StackName: stackName, ChangeSetName: 'deploy' }));
    await until(async () => (await status()) === 'CREATE_COMPLETE');
    await settle();
    expect((await store.consumer(stackId)).references).toMatchObject([
      { kind: 'reference', slot: 'Queue.Code' },
    ]);
    expect(await settle()).toMatchObject([{ result: 'unchanged' }]);

    const two = await publish('two');
    const second = await begin(two);
    const TemplateBody = await template(two);
    await client.send(new UpdateStackCommand({ StackName: stackName, TemplateBody }));
    await until(async () => (await status()) === 'UPDATE_COMPLETE');
    // The process that deployed died before it could say where: another one settles for it.
    await settle({ finished: [second] });
    await refused(2);
    await deleted(1);

    await client.send(new DeleteStackCommand({ StackName: stackName }));
    await until(async () => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
      return Stacks?.[0]?.StackStatus === 'DELETE_COMPLETE';
    });
    const outcomes = await settle();
    expect(outcomes.flatMap(({ undecided }) => undecided)).toEqual([]);
    await deleted(2);
    for await (const consumer of store.listConsumers()) throw new Error(`left over: ${consumer}`);
  });

  test('a stack of the same name that was made again: each one decides for itself', async () => {
    const one = await publish('one');
    const old = await create(one);
    await settle();
    await client.send(new DeleteStackCommand({ StackName: stackName }));
    await until(async () => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: old }));
      return Stacks?.[0]?.StackStatus === 'DELETE_COMPLETE';
    });
    const two = await publish('two');
    const young = await create(two);
    const outcomes = await settle();
    // ministack knows a deleted stack no more once its name is taken again: then nothing may go.
    const [result, kept] = emulatorName === 'moto' ? ['settled', 0] : ['undecided', 1];
    expect(outcomes).toContainEqual(expect.objectContaining({ consumer: old, result }));
    expect((await store.consumer(old)).references).toHaveLength(kept);
    expect((await store.consumer(young)).references).toMatchObject([{ version: { number: 2 } }]);
  });

  test('a stack that was never ours is found by the location that it uses', async () => {
    const version = await publish('one');
    const stackId = await create(version, { stamped: false });
    await reconcileStacks({ store, api, all: true });
    await refused(1);
    const { references } = await store.consumer(stackId);
    expect(references.map(({ slot }) => slot)).toEqual(['Queue.Tags.0.Value']);
  });

  test('a dry run says the same, and does nothing', async () => {
    const version = await publish('one');
    const stackId = await create(version);
    expect(await settle({ dryRun: true })).toMatchObject([
      { result: 'settled', added: [{ slot: 'Queue.Code' }] },
    ]);
    expect((await store.consumer(stackId)).references).toEqual([]);
  });

  test('asked in another region, nothing is released, and it is told', async () => {
    const version = await publish('one');
    const stackId = await create(version);
    await settle();
    const { endpoint, credentials } = emulator;
    const elsewhere = await openCloudFormation({
      endpoint,
      credentials,
      region: 'us-east-1',
      maxAttempts: 1,
    });
    try {
      const { outcomes } = await reconcileStacks({ store, api: elsewhere });
      expect(outcomes).toMatchObject([{ consumer: stackId, result: 'undecided', released: [] }]);
    } finally {
      elsewhere.close();
    }
    await refused(1);
  });

  test('with no service to ask, nothing is released, and it is told', async () => {
    const version = await publish('one');
    const stackId = await create(version);
    await settle();
    const { region, credentials } = emulator;
    const dead = await openCloudFormation({
      endpoint: 'http://127.0.0.1:9',
      region,
      credentials,
      maxAttempts: 1,
    });
    try {
      expect(await settleStack({ store, api: dead, stack: stackId })).toMatchObject([
        { result: 'undecided', released: [] },
      ]);
      expect(await reconcileStacks({ store, api: dead })).toMatchObject({
        doubts: [{ code: 'unavailable' }],
      });
    } finally {
      dead.close();
    }
    await refused(1);
  });
});

/** Makes up for where an emulator answers otherwise than AWS. */
function asAws(emulator: 'moto' | 'ministack', api: CloudFormationApi): CloudFormationApi {
  // moto answers what it does not know with a page for people.
  if (emulator === 'moto')
    return {
      ...api,
      listStackRefactors: () => Promise.resolve({ $metadata: {}, StackRefactorSummaries: [] }),
    };
  // ministack lists change sets by the stack's name alone.
  const nameOf = (stack: string | undefined): string =>
    /:stack\/([^/]+)/.exec(stack ?? '')?.[1] ?? stack ?? '';
  return {
    ...api,
    listChangeSets: (input) => api.listChangeSets({ ...input, StackName: nameOf(input.StackName) }),
  };
}

/** Waits for an emulator; the test's own time limit bounds it. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((next) => setImmediate(next));
}
