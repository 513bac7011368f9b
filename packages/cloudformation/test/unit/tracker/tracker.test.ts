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

test.each([{}, { source: 'aws.s3' }, statusEvent('no-arn', 'X'), { ...scheduled, 'detail-type': 'Other' }])(
  'what it does not know is refused: %#',
  async (event) => {
    await expect(track(event)).rejects.toMatchObject({ code: 'invalid-input' });
  },
);
