import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactStore } from '@holdfast/core';
import type { CloudFormationApi } from '../../../src/evidence/api.js';
import { deployTracker, type DeployTrackerOptions } from '../../../src/tracker/deploy-tracker.js';
import { readReferences } from '../../../src/stack/read-references.js';
import type { StackChanges } from '../../../src/tracker/stack-changes.js';
import { fakeStacks, openScene } from '../../support/lambda/scene.js';

const stackId =
  'arn:aws:cloudformation:eu-west-1:123456789012:stack/holdfast-tracker/11111111-2222-3333-4444-555555555555';
const allow = (Sid: string, Action: string[]) =>
  ({ Sid, Effect: 'Allow', Action, Resource: ['arn:aws:dynamodb:eu-west-1:1:table/holdfast'] }) as const;
const policy = {
  Version: '2012-10-17',
  Statement: [allow('ReadContents', ['s3:GetObject']), allow('ReadCatalog', ['dynamodb:Query'])],
} as const;

let bundle: string;
let store: ArtifactStore;
/** The template that CloudFormation has; no stack when absent. */
let deployed: string | undefined;
let status = 'CREATE_COMPLETE';
const asked: string[] = [];

beforeEach(async () => {
  bundle = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'));
  writeFileSync(join(bundle, 'index.js'), 'exports.handler = () => {};');
  store = await openScene();
  deployed = undefined;
  status = 'CREATE_COMPLETE';
  asked.length = 0;
});
afterEach(async () => {
  await store.close();
  rmSync(bundle, { recursive: true });
});

const api = new Proxy({} as CloudFormationApi, {
  get: (_, call: keyof CloudFormationApi) => async (input: never) => {
    const stacks: Parameters<typeof fakeStacks>[0] =
      deployed === undefined ? {} : { 'holdfast-tracker': { template: deployed, resources: [] } };
    const answer = await (fakeStacks(stacks)[call] as (input: never) => Promise<object>)(input);
    if (call !== 'describeStacks') return answer;
    const { Stacks = [] } = answer as { Stacks?: object[] };
    return { Stacks: Stacks.map((stack) => ({ ...stack, StackStatus: status })) };
  },
});

const changes: StackChanges = {
  createStack: async ({ TemplateBody }) => {
    asked.push('create');
    // What is deployed is pinned before CloudFormation is asked.
    const { references } = await store.consumer(stackId.slice(0, stackId.lastIndexOf('/')));
    expect(references.map(({ kind }) => kind)).toEqual(['pin']);
    deployed = TemplateBody;
    return { StackId: stackId };
  },
  updateStack: async ({ TemplateBody }) => {
    asked.push('update');
    if (TemplateBody === deployed)
      throw Object.assign(new Error('No updates are to be performed.'), { name: 'ValidationError' });
    deployed = TemplateBody;
    return { StackId: stackId };
  },
  close: () => undefined,
};

const deploy = (more: Partial<DeployTrackerOptions> = {}) =>
  deployTracker({ store, api, changes, bundle, policy, pause: () => Promise.resolve(), ...more });
const held = async () => {
  const records = [];
  for await (const consumer of store.listConsumers())
    records.push(...(await store.consumer(consumer)).references);
  return records.map(({ kind, slot, version }) => `${kind} ${slot} ${version.id}:${version.number}`);
};

test('it is deployed like any stack that uses artifacts, and again only when it changes', async () => {
  expect(await deploy()).toMatchObject({ outcome: 'created', stackId });
  expect(await held()).toEqual(['reference Function.Code holdfast/tracker:1']);
  expect(readReferences(deployed!, { file: 'deployed' })).toMatchObject([{ slot: 'Function.Code' }]);
  expect(await deploy()).toMatchObject({ outcome: 'unchanged', stackId });
  expect(await held()).toEqual(['reference Function.Code holdfast/tracker:1']);

  writeFileSync(join(bundle, 'index.js'), 'exports.handler = () => 2;');
  status = 'UPDATE_COMPLETE';
  expect(await deploy({ schedule: 'rate(6 hours)' })).toMatchObject({ outcome: 'updated' });
  expect(await held()).toEqual(['reference Function.Code holdfast/tracker:2']);
  expect(asked).toEqual(['create', 'update', 'update']);
});

test('it may do nothing with contents, and its own stack does not set it off', async () => {
  await deploy();
  expect(deployed).not.toContain('s3:');
  expect(deployed).toContain('dynamodb:Query');
  expect(deployed).toMatch(/anything-but:\n\s+prefix: .*stack\/\$\{AWS::StackName\}\//);
});

test('a refused call leaves nothing pinned that nobody will deploy', async () => {
  const createStack = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  await expect(deploy({ changes: { ...changes, createStack } })).rejects.toMatchObject({
    code: 'access-denied',
  });
  expect(await held()).toEqual([]);
});

test('what fails to be deployed is told, and what CloudFormation says is what is held', async () => {
  await deploy();
  writeFileSync(join(bundle, 'index.js'), 'exports.handler = () => 2;');
  const before = deployed;
  const updateStack = () => {
    status = 'UPDATE_ROLLBACK_COMPLETE';
    deployed = before;
    return Promise.resolve({ StackId: stackId });
  };
  await expect(deploy({ changes: { ...changes, updateStack } })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('UPDATE_ROLLBACK_COMPLETE') as unknown,
  });
  expect(await held()).toEqual(['reference Function.Code holdfast/tracker:1']);
});

test('a stack that only a person can mend is left alone', async () => {
  await deploy();
  status = 'UPDATE_ROLLBACK_FAILED';
  await expect(deploy()).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toEqual(['create']);
});

test.each(['daily', "rate(1 day)'", 'rate(1 day)\nx: y'])('no schedule: %j', async (schedule) => {
  await expect(deploy({ schedule })).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a build without the bundle says so', async () => {
  rmSync(join(bundle, 'index.js'));
  await expect(deploy()).rejects.toMatchObject({ code: 'unsupported' });
});
