import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { updateFunction, type UpdateFunctionOptions } from '../../../src/lambda/update-function.js';
import { FakeLambda, PLACE, refusal } from '../../support/lambda/fake-lambda.js';
import { openScene, publishTo } from '../../support/lambda/scene.js';

const before = Buffer.from('the code before');
const after = Buffer.from('the code after');
let lambda: FakeLambda;
let store: ArtifactStore;

beforeEach(async () => {
  lambda = new FakeLambda();
  store = await openScene();
});
afterEach(() => store.close());

function update(more: Partial<UpdateFunctionOptions> = {}) {
  const place = () => Promise.resolve(PLACE);
  return updateFunction({ store, lambda, place, function: 'api', artifact: 'pay/api', pauseMs: 1, ...more });
}

const held = async () =>
  (await store.consumer(lambda.arnOf('api'))).references.map(
    ({ kind, slot, version, bookmark }) =>
      `${kind} ${slot} ${version.id}:${version.number} ${bookmark ?? '-'}`,
  );

test('the function runs the version by its location, and holds it', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  lambda.updatingFor = 0;
  const report = await update();
  expect(report.version.number).toBe(1);
  expect(await held()).toEqual(['reference $LATEST.Code pay/api:1 -']);
  await expect(store.delete('pay/api:1')).rejects.toMatchObject({ code: 'in-use' });
});

test('the bookmark that led to it is kept with the reference', async () => {
  lambda.create('api', before);
  const version = await publishTo(store, lambda, 'pay/api', after);
  await store.setBookmark(version.arn, 'prod');
  await update({ artifact: 'pay/api:prod' });
  expect(await held()).toEqual(['reference $LATEST.Code pay/api:1 prod']);
});

test('the pin is there before Lambda is asked', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  let seen: Promise<string[]> | undefined;
  lambda.fault = (call) => {
    if (call === 'updateFunctionCode') seen = held();
  };
  await update();
  expect(await seen).toEqual(['pin $LATEST.Code pay/api:1 -']);
});

test.each([
  [true, 'keep', 'REFERENCE'],
  [false, 'keep', 'COPY'],
  [true, 'copy', 'COPY'],
  [false, 'reference', 'REFERENCE'],
] as const)('by reference %s, asked to %s: %s', async (byReference, storageMode, expected) => {
  const made = lambda.create('api', before);
  if (byReference) made.resolved = { S3Bucket: 'old', S3Key: 'old' };
  await publishTo(store, lambda, 'pay/api', after);
  const report = await update({ storageMode });
  expect(report.storageMode).toBe(expected);
  expect(lambda.updates.map((it) => it.S3ObjectStorageMode)).toEqual([expected]);
  expect(lambda.functions.get('api')?.resolved === undefined).toBe(expected === 'COPY');
});

test('it waits until the update is over before it settles', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  lambda.fault = (call) => {
    if (call === 'updateFunctionCode') lambda.updatingFor = 3;
  };
  await update();
  expect(lambda.updatingFor).toBe(0);
  expect(await held()).toEqual(['reference $LATEST.Code pay/api:1 -']);
});

test('what Lambda refuses leaves no pin', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  lambda.fault = (call) => {
    if (call === 'updateFunctionCode') throw refusal('AccessDeniedException');
  };
  await expect(update()).rejects.toMatchObject({ code: 'access-denied' });
  expect(await held()).toEqual([]);
});

test('without an answer the pin stays', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  lambda.fault = (call) => {
    if (call === 'updateFunctionCode') throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
  };
  await expect(update()).rejects.toMatchObject({ code: 'unavailable' });
  expect(await held()).toEqual(['pin $LATEST.Code pay/api:1 -']);
});

test('somebody else changing the function in between is a conflict', async () => {
  const made = lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', after);
  lambda.fault = (call) => {
    if (call !== 'updateFunctionCode') return;
    const latest = made.versions.get('$LATEST')!;
    made.versions.set('$LATEST', {
      ...latest,
      configuration: { ...latest.configuration, RevisionId: 'other' },
    });
  };
  await expect(update()).rejects.toMatchObject({ code: 'conflict' });
});

test('a published version goes on holding what the function ran before', async () => {
  lambda.create('api', before);
  await publishTo(store, lambda, 'pay/api', before);
  await update({ artifact: 'pay/api:1', publish: true });
  await publishTo(store, lambda, 'pay/api', after);
  await update();
  expect((await held()).sort()).toEqual([
    'reference $LATEST.Code pay/api:2 -',
    'reference 1.Code pay/api:1 -',
  ]);
});

const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/pay/1a2b';

test('drift from the stack that made the function is told', async () => {
  const made = lambda.create('api', before);
  made.tags['aws:cloudformation:stack-id'] = STACK;
  made.tags['aws:cloudformation:logical-id'] = 'Api';
  const old = await publishTo(store, lambda, 'pay/api', before);
  const pins = [{ version: old, slot: 'Api.Code' }];
  await store.settle({
    consumer: STACK,
    revision: 0,
    deployment: 'd',
    references: pins,
    mode: 'add',
    releasePins: [],
  });
  await publishTo(store, lambda, 'pay/api', after);
  const { drift } = await update();
  expect(drift).toMatchObject({ stackId: STACK, logicalId: 'Api' });
  expect(drift?.stackHolds.map(({ version }) => version.number)).toEqual([1]);
  expect((await update({ artifact: 'pay/api:1' })).drift).toBeUndefined();
});

test('an image, a version and a function elsewhere are refused before anything is pinned', async () => {
  lambda.create('api', before, { PackageType: 'Image' });
  await publishTo(store, lambda, 'pay/api', after);
  await expect(update()).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(update({ function: 'api:3' })).rejects.toMatchObject({ code: 'invalid-input' });
  const elsewhere = 'arn:aws:lambda:us-east-1:123456789012:function:api';
  await expect(update({ function: elsewhere })).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(update({ function: 'nobody' })).rejects.toMatchObject({ code: 'not-found' });
  expect(await held()).toEqual([]);
});
