import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import { codeSha256Of, digestOfCodeSha256 } from '../../../src/lambda/code-sha256.js';
import { reconcileFunctions } from '../../../src/lambda/reconcile-functions.js';
import { settleFunction } from '../../../src/lambda/settle-function.js';
import { FakeLambda, PLACE, refusal, sha256Of } from '../../support/lambda/fake-lambda.js';
import { openScene, publishTo } from '../../support/lambda/scene.js';

const one = Buffer.from('one');
const two = Buffer.from('two');
const layer = 'arn:aws:lambda:eu-west-1:123456789012:layer:deps:3';
const DAY = 24 * 3_600_000;
let lambda: FakeLambda;
let store: ArtifactStore;
let now = Date.now();

beforeEach(async () => {
  lambda = new FakeLambda();
  now = Date.now();
  store = await openScene({ clock: () => new Date(now) });
});
afterEach(() => store.close());

const place = () => Promise.resolve(PLACE);
const clock = () => new Date(now);
const settle = (name = 'api', more = {}) =>
  settleFunction({ store, lambda, place, clock, arn: lambda.arnOf(name), ...more });
const held = async (consumer = lambda.arnOf('api')) =>
  (await store.consumer(consumer)).references.map(
    ({ kind, slot, version }) => `${kind} ${slot} ${version.id}:${version.number}`,
  );

test('CodeSha256 and digest are two ways to write one thing', () => {
  const digest = digestOfCodeSha256(sha256Of(one));
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(codeSha256Of(digest!)).toBe(sha256Of(one));
  for (const none of [undefined, '', 'abc', `${sha256Of(one)}x`, sha256Of(one).slice(0, -1)]) {
    expect(digestOfCodeSha256(none)).toBeUndefined();
  }
});

test('$LATEST, every published version and layers are held, whoever deployed them', async () => {
  lambda.layers.set(layer, two);
  const made = lambda.create('api', one, { Layers: [{ Arn: layer }] });
  for (let i = 0; i < 4; i += 1) lambda.publish('api');
  made.aliases.push({ Name: 'live', FunctionVersion: '4' });
  await publishTo(store, lambda, 'pay/api', one);
  await publishTo(store, lambda, 'pay/deps', two);
  expect(await settle()).toMatchObject({ result: 'settled', undecided: [] });
  const slots = ['$LATEST', '1', '2', '3', '4'];
  expect((await held()).sort()).toEqual(
    slots
      .flatMap((it) => [`reference ${it}.Code pay/api:1`, `reference ${it}.Layers.deps:3 pay/deps:1`])
      .sort(),
  );
  expect(await settle()).toMatchObject({ result: 'unchanged' });
  await settleFunction({ store, lambda, place, arn: layer });
  expect(await held(layer)).toEqual(['reference Content pay/deps:1']);
});

test('what is no longer run is released, and everything with the function', async () => {
  const made = lambda.create('api', one);
  lambda.publish('api');
  await publishTo(store, lambda, 'pay/api', one);
  await settle();
  made.versions.delete('1');
  await settle();
  expect(await held()).toEqual(['reference $LATEST.Code pay/api:1']);
  lambda.functions.clear();
  await settle();
  expect(await held()).toEqual([]);
});

test.each(['getFunction', 'listVersions', 'listAliases'] as const)(
  'nothing goes while %s is refused',
  async (denied) => {
    lambda.create('api', one);
    await publishTo(store, lambda, 'pay/api', one);
    await settle();
    lambda.create('api', two);
    lambda.fault = (call) => {
      if (call === denied) throw refusal('AccessDeniedException');
    };
    const outcome = await settle();
    expect(outcome.result).toBe('undecided');
    expect(outcome.undecided[0]?.code).toBe('access-denied');
    expect(await held()).toEqual(['reference $LATEST.Code pay/api:1']);
  },
);

test.each(['InProgress', 'Failed'] as const)(
  'an update that is %s releases nothing',
  async (LastUpdateStatus) => {
    lambda.create('api', one);
    await publishTo(store, lambda, 'pay/api', one);
    await settle();
    await publishTo(store, lambda, 'pay/api', two);
    lambda.create('api', two, { LastUpdateStatus });
    await settle();
    expect((await held()).sort()).toEqual([
      'reference $LATEST.Code pay/api:1',
      'reference $LATEST.Code pay/api:2',
    ]);
  },
);

test('a layer that was deleted stays held while the function has it', async () => {
  lambda.layers.set(layer, two);
  lambda.create('api', one, { Layers: [{ Arn: layer }] });
  await publishTo(store, lambda, 'pay/deps', two);
  await settle();
  lambda.layers.clear();
  expect(await settle()).toMatchObject({ result: 'undecided' });
  expect(await held()).toEqual(['reference $LATEST.Layers.deps:3 pay/deps:1']);
});

test("a layer of somebody else's is no doubt", async () => {
  lambda.create('api', one, { Layers: [{ Arn: layer.replace('123456789012', '999999999999') }] });
  expect(await settle()).toMatchObject({ result: 'unchanged', undecided: [], notes: [expect.any(String)] });
});

test('pins go when their deployment is over or their lease is, not before', async () => {
  lambda.create('api', one);
  const version = await publishTo(store, lambda, 'pay/api', two);
  const pin = (deployment: string) =>
    store.pin({ consumer: lambda.arnOf('api'), deployment, pins: [{ version, slot: '$LATEST.Code' }] });
  await pin('crashed');
  await settle();
  expect(await held()).toEqual(['pin $LATEST.Code pay/api:1']);
  await settle('api', { finished: ['crashed'] });
  expect(await held()).toEqual([]);
  await pin('slow');
  now += DAY + 1;
  await settle();
  expect(await held()).toEqual([]);
});

test('another account or region is never asked', async () => {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:api';
  const version = await publishTo(store, lambda, 'pay/api', one);
  const references = [{ version, slot: '$LATEST.Code' }];
  await store.settle({
    consumer: arn,
    revision: 0,
    deployment: 'd',
    references,
    mode: 'add',
    releasePins: [],
  });
  const asked: string[] = [];
  lambda.fault = (call) => asked.push(call);
  expect(await settleFunction({ store, lambda, place, arn })).toMatchObject({ result: 'undecided' });
  expect(asked).toEqual([]);
  expect(await held(arn)).toHaveLength(1);
});

test('all functions that hold anything are reconciled, and no stack', async () => {
  lambda.create('api', one);
  lambda.create('job', one);
  await publishTo(store, lambda, 'pay/api', one);
  await settle('api');
  await settle('job');
  lambda.functions.delete('job');
  const report = await reconcileFunctions({ store, lambda, place, concurrency: 1 });
  expect(report).toMatchObject({ complete: true, doubts: [], last: lambda.arnOf('job') });
  expect(report.outcomes.map(({ consumer, result }) => [consumer, result])).toEqual([
    [lambda.arnOf('api'), 'unchanged'],
    [lambda.arnOf('job'), 'settled'],
  ]);
});

test('with all: every function that runs what the store has in any version, and no other', async () => {
  await publishTo(store, lambda, 'pay/api', one);
  lambda.create('moved-on', one);
  lambda.publish('moved-on');
  lambda.objects.set('elsewhere/two', two);
  await lambda.updateFunctionCode({ FunctionName: 'moved-on', S3Bucket: 'elsewhere', S3Key: 'two' });
  lambda.create('foreign', two);
  lambda.layers.set(layer, one);
  lambda.create('layered', two, { Layers: [{ Arn: layer }] });
  expect((await reconcileFunctions({ store, lambda, place })).outcomes).toEqual([]);

  const { outcomes } = await reconcileFunctions({ store, lambda, place, all: true });
  expect(new Set(outcomes.map(({ consumer }) => consumer))).toEqual(
    new Set([lambda.arnOf('layered'), lambda.arnOf('moved-on')]),
  );
  expect(await held(lambda.arnOf('moved-on'))).toEqual(['reference 1.Code pay/api:1']);
  await expect(store.delete('pay/api:1')).rejects.toMatchObject({ code: 'in-use' });
});

test('a list of functions that is refused is told, and what is held is settled all the same', async () => {
  lambda.create('api', one);
  await publishTo(store, lambda, 'pay/api', one);
  await settle('api');
  lambda.fault = (call) => {
    if (call === 'listFunctions') throw refusal('AccessDeniedException');
  };
  expect(await reconcileFunctions({ store, lambda, place, all: true })).toMatchObject({
    doubts: [{ code: 'access-denied' }],
    outcomes: [{ consumer: lambda.arnOf('api'), result: 'unchanged' }],
  });
});

test('what was interrupted goes on from its last, other regions of the account are asked there, other accounts not', async () => {
  const version = await publishTo(store, lambda, 'pay/api', one);
  const references = [{ version, slot: '$LATEST.Code' }];
  const far = lambda.arnOf('far').replace('eu-west-1', 'us-east-1');
  const other = lambda.arnOf('other').replace('123456789012', '999999999999');
  for (const consumer of [lambda.arnOf('a'), lambda.arnOf('b'), far, other]) {
    await store.settle({
      consumer,
      revision: 0,
      deployment: 'd',
      references,
      mode: 'add',
      releasePins: [],
    });
  }
  const ended = new AbortController();
  const first = await reconcileFunctions({
    store,
    lambda,
    place,
    concurrency: 1,
    signal: ended.signal,
    onOutcome: () => ended.abort(),
  });
  expect(first).toMatchObject({ complete: false, last: lambda.arnOf('a') });
  const regions: string[] = [];
  const rest = await reconcileFunctions({
    store,
    lambda,
    place,
    after: first.last!,
    openRegion: (region) => Promise.resolve((regions.push(region), new FakeLambda())),
  });
  expect(rest.complete).toBe(true);
  expect(new Map(rest.outcomes.map(({ consumer, result }) => [consumer, result]))).toEqual(
    new Map([
      [lambda.arnOf('b'), 'settled'],
      [far, 'settled'],
      [other, 'undecided'],
    ]),
  );
  expect(regions).toEqual(['us-east-1']);
  expect(await held(other)).toHaveLength(1);
});
