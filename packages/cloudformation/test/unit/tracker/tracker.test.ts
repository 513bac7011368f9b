import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ArtifactStore } from '@holdfast/core';
import type { CloudFormationApi } from '../../../src/evidence/api.js';
import { createTracker } from '../../../src/tracker/tracker.js';
import { FakeLambda } from '../../support/lambda/fake-lambda.js';
import { fakeStacks, openScene, publishTo } from '../../support/lambda/scene.js';

const stackId =
  'arn:aws:cloudformation:eu-west-1:123456789012:stack/pay/11111111-2222-3333-4444-555555555555';

/** As EventBridge delivers it; source: the example in CloudFormation's user guide, "Stack status change event detail". */
function statusEvent(id: string, status: string): object {
  return {
    version: '0',
    source: 'aws.cloudformation',
    account: '123456789012',
    id: '1a2b3c4d-0000-1111-2222-333344445555',
    region: 'eu-west-1',
    'detail-type': 'CloudFormation Stack Status Change',
    time: '2026-11-22T22:00:00Z',
    resources: [id],
    detail: {
      'stack-id': id,
      'status-details': { status, 'status-reason': '' },
      'client-request-token': '',
    },
  };
}
const scheduled = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-11-22T22:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:123456789012:rule/holdfast'],
  detail: {},
};

const lambdaArn = (name: string): string => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

let lambda: FakeLambda;
let store: ArtifactStore;
let cloudFormation: CloudFormationApi;

beforeEach(async () => {
  lambda = new FakeLambda();
  store = await openScene();
  const { key } = await store.locate(await publishTo(store, lambda, 'pay/api', Buffer.from('one')));
  const Code = { S3Bucket: 'bucket', S3Key: key };
  const template = JSON.stringify({
    Resources: { Api: { Type: 'AWS::Lambda::Function', Properties: { Code } } },
  });
  cloudFormation = fakeStacks({ pay: { template, resources: [] } });
});
afterEach(() => store.close());

const held = async (consumer: string) => (await store.consumer(consumer)).references.length;
const track = (event: object, remaining = 900_000) =>
  createTracker({ store, cloudFormation, lambda })(event, { getRemainingTimeInMillis: () => remaining });

test('the stack of a status event is settled, however often and whatever the event says', async () => {
  expect(await track(statusEvent(stackId, 'CREATE_COMPLETE'))).toEqual({
    settled: [stackId],
    unchanged: 0,
    undecided: [],
    complete: true,
  });
  expect(await held(stackId)).toBeGreaterThan(0);
  // Late: CloudFormation says that it is there, so it is.
  const late = await track(statusEvent(stackId, 'DELETE_COMPLETE'));
  expect(late).toMatchObject({ settled: [], unchanged: 1 });
  expect(await held(stackId)).toBeGreaterThan(0);
});

test('without an answer it fails, so that Lambda tries the event again, and nothing is released', async () => {
  await track(statusEvent(stackId, 'CREATE_COMPLETE'));
  const before = await held(stackId);
  cloudFormation = {
    ...cloudFormation,
    getTemplate: () => Promise.reject(Object.assign(new Error('slow down'), { name: 'Throttling' })),
  };
  await expect(track(statusEvent(stackId, 'UPDATE_COMPLETE'))).rejects.toMatchObject({ code: 'unavailable' });
  expect(await held(stackId)).toBe(before);
});

test('a stack of another account or region is told, and not tried again', async () => {
  const other = stackId.replace('eu-west-1', 'us-east-1');
  expect(await track(statusEvent(other, 'DELETE_COMPLETE'))).toMatchObject({
    settled: [],
    undecided: [{ consumer: other }],
  });
});

test.each([scheduled, { holdfast: 'reconcile' }])(
  'a schedule settles stacks and functions: %#',
  async (event) => {
    const arn = lambda.arnOf('gone');
    const version = await store.describe('pay/api:1');
    const references = [{ version, slot: '$LATEST.Code' }];
    await store.settle({
      consumer: arn,
      revision: 0,
      deployment: 'd',
      references,
      mode: 'add',
      releasePins: [],
    });
    await store.settle({
      consumer: stackId,
      revision: 0,
      deployment: 'd',
      references,
      mode: 'add',
      releasePins: [],
    });
    const report = await track(event);
    expect(report.complete).toBe(true);
    expect(report.settled).toContain(arn);
    expect(await held(arn)).toBe(0);
  },
);

test('with no time left it begins nothing, and says where to go on', async () => {
  const references = [{ version: await store.describe('pay/api:1'), slot: 'Old.Code' }];
  await store.settle({
    consumer: stackId,
    revision: 0,
    deployment: 'd',
    references,
    mode: 'add',
    releasePins: [],
  });
  const report = await track(scheduled, 0);
  expect(report).toMatchObject({ settled: [], complete: false });
  expect(await held(stackId)).toBe(1);
});

test('what it had no time for is gone on with by an event of its own, as long as that gets further', async () => {
  const references = [{ version: await store.describe('pay/api:1'), slot: 'Old.Code' }];
  const names = Array.from({ length: 12 }, (_, number) => `s${10 + number}`);
  for (const name of names) {
    await store.settle({
      consumer: stackId.replace('/pay/', `/${name}/`),
      revision: 0,
      deployment: 'd',
      references,
      mode: 'add',
      releasePins: [],
    });
  }
  const sent: string[] = [];
  const goOn = async (after: string): Promise<void> => void sent.push(after);
  // The time is over while the first eight are being read.
  const slow: CloudFormationApi = {
    ...cloudFormation,
    describeStacks: async (input) => {
      await new Promise((done) => setTimeout(done, 60));
      return cloudFormation.describeStacks(input);
    },
  };
  const tracker = createTracker({ store, cloudFormation: slow, lambda, goOn });
  const first = await tracker(scheduled, { getRemainingTimeInMillis: () => 30_020 });
  const key = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s17';
  expect(first).toMatchObject({ complete: false, last: key });
  expect(sent).toEqual([key]);

  const event = { source: 'holdfast.tracker', 'detail-type': 'Reconcile goes on', detail: { after: key } };
  // Without getting any further it does not go on: it could do so for ever.
  expect(await tracker(event, { getRemainingTimeInMillis: () => 0 })).toMatchObject({ complete: false });
  const rest = await tracker(event, { getRemainingTimeInMillis: () => 900_000 });
  expect(rest.complete).toBe(true);
  expect(new Set(rest.undecided.map(({ consumer }) => consumer.split('/')[1]))).toEqual(
    new Set(names.slice(8)),
  );
  expect(sent).toHaveLength(1);
});

/** As CloudTrail tells EventBridge of it; source: CloudTrail's user guide, "Record contents", and Lambda's "Logging API calls". */
function callEvent(eventName: string, detail: object): object {
  return {
    version: '0',
    id: '1a2b3c4d-0000-1111-2222-333344445555',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.lambda',
    account: '123456789012',
    time: '2026-11-22T22:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { eventSource: 'lambda.amazonaws.com', awsRegion: 'eu-west-1', eventName, ...detail },
  };
}

test.each([
  ['UpdateFunctionCode20150331v2', { requestParameters: { functionName: 'job' } }],
  ['UpdateFunctionCode20150331v2', { requestParameters: { functionName: '123456789012:function:job' } }],
  ['PublishVersion20150331', { responseElements: { functionArn: lambdaArn('job:3') } }],
  ['CreateFunction20150331', { responseElements: { functionArn: lambdaArn('job') } }],
  ['DeleteFunction20150331', { requestParameters: { functionName: lambdaArn('job') } }],
])('the function of a call is settled: %s %j', async (name, detail) => {
  lambda.create('job', Buffer.from('one'));
  expect(await track(callEvent(name, detail))).toMatchObject({ settled: [lambdaArn('job')] });
  expect(await held(lambdaArn('job'))).toBe(1);
});

test.each([
  ['UpdateFunctionCode20150331v2', { errorCode: 'AccessDenied', requestParameters: { functionName: 'job' } }],
  ['TagResource20170331v2', {}],
])('a call that changed no code changes nothing: %s %j', async (name, detail) => {
  lambda.fault = () => {
    throw new Error('nobody is to be asked');
  };
  expect(await track(callEvent(name, detail))).toMatchObject({ settled: [], unchanged: 0 });
});

test.each([
  {},
  { source: 'aws.s3' },
  statusEvent('no-arn', 'X'),
  callEvent('PublishVersion', {}),
  { ...scheduled, 'detail-type': 'Other' },
])('what it does not know is refused: %#', async (event) => {
  await expect(track(event)).rejects.toMatchObject({ code: 'invalid-input' });
});
