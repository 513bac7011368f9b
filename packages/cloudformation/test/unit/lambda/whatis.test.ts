import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import type { CloudFormationApi } from '../../../src/evidence/api.js';
import type { ResourceFinder } from '../../../src/lambda/resource-finder.js';
import { whatIs, type WhatIs } from '../../../src/lambda/whatis.js';
import { FakeLambda, refusal, sha256Of } from '../../support/lambda/fake-lambda.js';
import { fakeStacks, openScene, publishTo } from '../../support/lambda/scene.js';

const one = Buffer.from('one');
const two = Buffer.from('two');
const commit = 'c'.repeat(40);
const stackId =
  'arn:aws:cloudformation:eu-west-1:123456789012:stack/pay/11111111-2222-3333-4444-555555555555';
let lambda: FakeLambda;
let store: ArtifactStore;
let cloudFormation: CloudFormationApi;
let resources: ResourceFinder;

beforeEach(async () => {
  lambda = new FakeLambda();
  store = await openScene();
  cloudFormation = fakeStacks();
  resources = { find: () => Promise.resolve(undefined), close: () => undefined };
});
afterEach(() => store.close());

const ask = (what: string) =>
  whatIs({ store, what, aws: () => Promise.resolve({ lambda, cloudFormation, resources }) });
const shown = ({ codes }: WhatIs) =>
  codes.map(({ slot, versions }) => [slot, ...versions.map(({ version: it }) => `${it.id}:${it.number}`)]);

test('a function that another tool deployed is known by its code: commit, who and when', async () => {
  lambda.create('api', one);
  await publishTo(store, lambda, 'pay/api', one, commit);
  const found = await ask('api');
  expect(found).toMatchObject({ kind: 'function', name: lambda.arnOf('api'), undecided: [] });
  expect(found.codes).toHaveLength(1);
  expect(found.codes[0]?.versions[0]?.version).toMatchObject({
    arn: 'arn:aws:holdfast:eu-west-1:123456789012:version/default/pay/api:1',
    provenance: { commit },
    publishedBy: 'anna',
    publishedAt: expect.stringMatching(/^\d{4}-/),
  });
});

test('aliases and versions lead to the code that they run', async () => {
  const made = lambda.create('api', one);
  lambda.publish('api');
  made.aliases.push({ Name: 'live', FunctionVersion: '1' });
  const { configuration } = made.versions.get('$LATEST')!;
  made.versions.set('$LATEST', { configuration: { ...configuration, CodeSha256: sha256Of(two) }, zip: two });
  await publishTo(store, lambda, 'pay/api', one);
  await publishTo(store, lambda, 'pay/api', two);
  expect(shown(await ask('api'))).toEqual([
    ['$LATEST.Code', 'pay/api:2'],
    ['1.Code', 'pay/api:1'],
  ]);
  expect(shown(await ask('api:live'))).toEqual([['1.Code', 'pay/api:1']]);
  expect(shown(await ask(`${lambda.arnOf('api')}:1`))).toEqual([['1.Code', 'pay/api:1']]);
  expect((await ask('api:live')).codes[0]?.aliases).toEqual(['live']);
  await expect(ask('api:nowhere')).rejects.toMatchObject({ code: 'not-found' });
});

test('of several versions with the content, the one that was deployed there comes first, with its bookmark', async () => {
  const made = lambda.create('api', one);
  Object.assign(made.tags, {
    'aws:cloudformation:stack-id': stackId,
    'aws:cloudformation:logical-id': 'Api',
  });
  const version = await publishTo(store, lambda, 'pay/api', one);
  await publishTo(store, lambda, 'other/copy', one);
  await store.setBookmark(version.arn, 'staging');
  const references = [{ version, slot: 'Api.Code', bookmark: 'prod' }];
  await store.settle({
    consumer: stackId,
    revision: 0,
    deployment: 'd',
    references,
    mode: 'add',
    releasePins: [],
  });
  const [code] = (await ask('api')).codes;
  expect(code?.versions.map(({ version: { id } }) => id)).toEqual(['pay/api', 'other/copy']);
  expect(code?.versions[0]?.references.map(({ bookmark }) => bookmark)).toEqual(['prod']);
  expect(code?.versions[0]?.bookmarks).toEqual(['staging']);
  expect(code?.versions[1]?.references).toEqual([]);
});

test('a digest and a CodeSha256 need no AWS', async () => {
  const { digest } = await publishTo(store, lambda, 'pay/api', one);
  const nobody = { store, aws: () => Promise.reject(new Error('asked')) };
  for (const what of [digest, digest.slice(7), sha256Of(one)]) {
    expect(shown(await whatIs({ ...nobody, what }))).toEqual([['', 'pay/api:1']]);
  }
});

test('a code that the store does not have has a digest and no version', async () => {
  lambda.create('api', one);
  const [code] = (await ask('api')).codes;
  expect(code).toMatchObject({ digest: expect.stringMatching(/^sha256:/), versions: [] });
});

test('a layer version', async () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:3';
  lambda.layers.set(arn, two);
  await publishTo(store, lambda, 'deps', two);
  const found = await ask(arn);
  expect([found.kind, shown(found)]).toEqual(['layer', [['Content', 'deps:1']]]);
});

test('a stack: what its functions run, and what else it holds', async () => {
  lambda.create('pay-api', one);
  const resource = { type: 'AWS::Lambda::Function', logicalId: 'Api', id: 'pay-api' };
  cloudFormation = fakeStacks({ pay: { template: '{}', resources: [resource] } });
  await publishTo(store, lambda, 'pay/api', one);
  const machine = await publishTo(store, lambda, 'pay/machine', two);
  const references = [{ version: machine, slot: 'Machine.DefinitionS3Location' }];
  await store.settle({
    consumer: stackId,
    revision: 0,
    deployment: 'd',
    references,
    mode: 'add',
    releasePins: [],
  });
  const expected = [
    ['Api.Code', 'pay/api:1'],
    ['Machine.DefinitionS3Location', 'pay/machine:1'],
  ];
  expect(shown(await ask('pay'))).toEqual(expected);
  expect(shown(await ask(stackId))).toEqual(expected);
  resources = {
    ...resources,
    find: (PhysicalResourceId) =>
      Promise.resolve({
        PhysicalResourceId,
        StackId: stackId,
        LogicalResourceId: 'Machine',
        ResourceType: 'AWS::StepFunctions::StateMachine',
        ResourceStatus: 'CREATE_COMPLETE',
        Timestamp: new Date(0),
      }),
  };
  const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:machine';
  expect(shown(await ask(arn))).toEqual([expected[1]]);
});

test('nothing of that name is not-found; a refusal is not', async () => {
  await expect(ask('nobody')).rejects.toMatchObject({ code: 'not-found' });
  lambda.fault = () => {
    throw refusal('AccessDeniedException');
  };
  await expect(ask('nobody')).rejects.toMatchObject({ code: 'access-denied' });
  const elsewhere = 'arn:aws:lambda:us-east-1:123456789012:function:api';
  await expect(ask(elsewhere)).rejects.toMatchObject({ code: 'invalid-input' });
});
