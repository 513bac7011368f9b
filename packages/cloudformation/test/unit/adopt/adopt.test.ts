import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { HoldfastError, type ArtifactStore } from '@holdfast/core';
import { adopt } from '../../../src/adopt/adopt.js';
import type { ObjectReader } from '../../../src/adopt/objects.js';
import type { AdoptContext } from '../../../src/adopt/types.js';
import { settleStack } from '../../../src/settlement/settle-stack.js';
import type { CloudFormationApi } from '../../../src/evidence/api.js';
import { FakeLambda } from '../../support/lambda/fake-lambda.js';
import { fakeStacks, openScene, publishTo } from '../../support/lambda/scene.js';

const one = Buffer.from('one');
const two = Buffer.from('two');
const layer = 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:3';
const commit = 'c'.repeat(40);
let lambda: FakeLambda;
let store: ArtifactStore;
let cloudFormation: CloudFormationApi;
let contents: Map<string, Buffer>;
let metadata: Record<string, string>;

beforeEach(async () => {
  lambda = new FakeLambda();
  store = await openScene();
  cloudFormation = fakeStacks();
  contents = new Map();
  metadata = {};
});
afterEach(() => store.close());

const objects: ObjectReader = {
  async *list(bucket, prefix) {
    await Promise.resolve();
    for (const name of contents.keys()) {
      if (name.startsWith(`${bucket}/${prefix}`)) yield name.slice(bucket.length + 1);
    }
  },
  open({ bucket, key }) {
    const bytes = contents.get(`${bucket}/${key}`);
    if (bytes === undefined) return Promise.reject(new HoldfastError('not-found', `no ${key}`));
    return Promise.resolve({ stream: Readable.from([bytes]), metadata });
  },
  close: () => undefined,
};

const take = (what: string, more: Partial<AdoptContext> = {}) =>
  adopt({ store, lambda, cloudFormation, objects, tool: 'holdfast/1', fetch: lambda.fetch, ...more }, what);
const held = async (consumer: string) =>
  (await store.consumer(consumer)).references.map(
    ({ slot, version }) => `${slot} ${version.id}:${version.number}`,
  );
const bytesOf = async (name: string) => Buffer.concat(await (await store.open(name)).stream.toArray());

test('a function: its code, its versions and its layers, with the references of the function', async () => {
  lambda.layers.set(layer, two);
  const made = lambda.create('api', one, { Layers: [{ Arn: layer }] });
  lambda.publish('api');
  made.tags['git:commit'] = commit;
  const report = await take('api');
  expect(report.failures).toEqual([]);
  expect(report.adopted.map(({ outcome, version: { id, number } }) => [outcome, `${id}:${number}`])).toEqual([
    ['adopted', 'api:1'],
    ['adopted', 'deps:1'],
  ]);
  expect(await bytesOf('api:1')).toEqual(one);
  expect((await held(lambda.arnOf('api'))).sort()).toEqual([
    '$LATEST.Code api:1',
    '$LATEST.Layers.deps:3 deps:1',
    '1.Code api:1',
    '1.Layers.deps:3 deps:1',
  ]);
  expect(await store.describe('api:1')).toMatchObject({
    provenance: { commit, tool: 'holdfast/1' },
    labels: { 'adopted-from': lambda.arnOf('api') },
    mediaType: 'application/zip',
  });
  await expect(store.delete('api:1')).rejects.toMatchObject({ code: 'in-use' });
});

test('what the repository has is not fetched again: its version stands for it', async () => {
  lambda.create('api', one);
  await publishTo(store, lambda, 'pay/api', one);
  const fetch = () => Promise.reject(new Error('fetched'));
  expect((await take('api', { fetch })).adopted).toMatchObject([
    { outcome: 'existing', version: { id: 'pay/api' } },
  ]);
  expect(await held(lambda.arnOf('api'))).toEqual(['$LATEST.Code pay/api:1']);
  expect((await take('api', { fetch, id: 'own/name' })).adopted).toMatchObject([
    { version: { id: 'own/name' } },
  ]);
});

test('bytes that are not what Lambda says are not published, and the link is not told', async () => {
  lambda.create('api', one);
  const fetch = () => Promise.resolve(new Response('other'));
  const { adopted, failures } = await take('api', { fetch });
  expect(adopted).toEqual([]);
  expect(failures).toMatchObject([{ code: 'corrupt' }]);
  await expect(store.describe('api')).rejects.toMatchObject({ code: 'not-found' });
  const refused = await take('api', { fetch: () => Promise.resolve(new Response('', { status: 403 })) });
  expect(refused.failures).toMatchObject([{ code: 'access-denied' }]);
  expect(JSON.stringify([failures, refused.failures])).not.toContain('secret');
});

test('a bucket prefix, and the functions that run one of its objects', async () => {
  contents.set('old/app/api.zip', one).set('old/app/flow.json', two).set('old/else.zip', two);
  metadata['git-commit'] = commit;
  lambda.create('api', one);
  lambda.create('stranger', Buffer.from('strange'));
  lambda.publish('stranger');
  const { adopted, failures, settled } = await take('s3://old/app/');
  expect(failures).toEqual([]);
  expect(adopted.map(({ from, version }) => [from, version.id, version.mediaType])).toEqual([
    ['s3://old/app/api.zip', 'old/app/api.zip', 'application/zip'],
    ['s3://old/app/flow.json', 'old/app/flow.json', 'application/octet-stream'],
  ]);
  expect((await store.describe('old/app/api.zip')).provenance.commit).toBe(commit);
  expect(settled.map(({ consumer }) => consumer)).toEqual([lambda.arnOf('api')]);
  expect(await held(lambda.arnOf('api'))).toEqual(['$LATEST.Code old/app/api.zip:1']);
  await expect(take('s3://old/nothing/')).rejects.toMatchObject({ code: 'not-found' });
});

test('one that fails does not stop the others', async () => {
  contents.set('old/a.zip', one).set('old/b.zip', two);
  const open: ObjectReader['open'] = (object) =>
    object.key === 'a.zip' ? Promise.reject(new HoldfastError('access-denied', 'no')) : objects.open(object);
  const { adopted, failures } = await take('s3://old', { objects: { ...objects, open } });
  expect(adopted.map(({ version }) => version.id)).toEqual(['old/b.zip']);
  expect(failures).toMatchObject([{ code: 'access-denied' }]);
});

test('a stack: its functions, layers and S3 locations', async () => {
  lambda.create('pay-api-1X', one);
  contents.set('assets-123456789012/flow.json', two);
  const template = JSON.stringify({
    Parameters: { Prefix: { Type: 'String', Default: 'assets' } },
    Resources: {
      Api: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'gone', S3Key: 'gone.zip' } } },
      Flow: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          DefinitionS3Location: { Bucket: { 'Fn::Sub': '${Prefix}-${AWS::AccountId}' }, Key: 'flow.json' },
        },
      },
    },
  });
  const resources = [{ type: 'AWS::Lambda::Function', logicalId: 'Api', id: 'pay-api-1X' }];
  cloudFormation = fakeStacks({ pay: { template, resources } });
  const { adopted, failures } = await take('pay');
  expect(failures).toEqual([]);
  expect(adopted.map(({ version }) => version.id)).toEqual(['pay/Api', 'pay/Flow/DefinitionS3Location']);
  expect(await held(lambda.arnOf('pay-api-1X'))).toEqual(['$LATEST.Code pay/Api:1']);
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: 'pay' });
  const uses = (object: string) => [
    `Flow.DefinitionS3Location (adopted from ${object}) pay/Flow/DefinitionS3Location:1`,
  ];
  expect(await held(stack!.StackId!)).toEqual(uses('s3://assets-123456789012/flow.json'));

  // It stays for as long as the stack names the object, and goes when it names another.
  const settle = (api: CloudFormationApi) => settleStack({ store, api, stack: stack!.StackId! });
  expect(await settle(cloudFormation)).toMatchObject([{ result: 'unchanged' }]);
  expect(await held(stack!.StackId!)).toEqual(uses('s3://assets-123456789012/flow.json'));
  const other = fakeStacks({ pay: { template: template.replace('flow.json', 'next.json'), resources } });
  expect(await settle(other)).toMatchObject([{ result: 'settled' }]);
  expect(await held(stack!.StackId!)).toEqual([]);
});

test('what is not there, or elsewhere, is told', async () => {
  await expect(take('nobody')).rejects.toMatchObject({ code: 'not-found' });
  await expect(take('s3://UPPER')).rejects.toMatchObject({ code: 'invalid-input' });
  const elsewhere = 'arn:aws:lambda:us-east-1:123456789012:function:api';
  await expect(take(elsewhere)).rejects.toMatchObject({ code: 'invalid-input' });
});
