import { expect, test } from '@jest/globals';
import { checkPackage } from '../../src/deploy/check.js';
import { isFirstDeployment } from '../../src/deploy/move-service.js';
import { NO_BUCKET } from '../../src/host/no-bucket.js';
import { writeFingerprint } from '../../src/template/fingerprint.js';
import { isOver, throwIfUndecided } from '../../src/settle.js';

const outcome = (result: 'settled' | 'undecided', status?: string) => ({
  consumer: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-dev/1',
  result,
  ...(status === undefined ? {} : { status }),
  added: [],
  released: [],
  undecided: result === 'undecided' ? [{ code: 'access-denied', message: 'CloudFormation said no' }] : [],
  notes: [],
});

test('a package of the host alone is refused, and so is a file in a bucket that is not there', () => {
  expect(() => checkPackage({ Resources: { Own: { Properties: { S3Bucket: 'mine' } } } })).not.toThrow();
  expect(() => checkPackage({ Resources: { ServerlessDeploymentBucket: {} } })).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('without') }),
  );
  const Agent = { Properties: { Code: { S3: { Bucket: NO_BUCKET, Prefix: 'agent.zip' } } } };
  expect(() => checkPackage({ Resources: { Agent } })).toThrow(
    expect.objectContaining({ code: 'invalid-input', message: expect.stringContaining('"Agent"') }),
  );
});

test('the first deployment is that over a template that Holdfast did not deploy', () => {
  const deployed = { stackId: 'arn', status: 'UPDATE_COMPLETE' };
  const template = { Resources: {} };
  expect(isFirstDeployment(deployed)).toBe(false);
  expect(isFirstDeployment({ ...deployed, template })).toBe(true);
  const ours = { Resources: {} };
  writeFingerprint(ours, 'sha256:aa');
  expect(isFirstDeployment({ ...deployed, template: ours })).toBe(false);
});

test('references that could not be settled are a failure, which says whose and why', () => {
  expect(() => throwIfUndecided([outcome('settled')])).not.toThrow();
  expect(() => throwIfUndecided([outcome('settled'), outcome('undecided')])).toThrow(
    expect.objectContaining({
      code: 'unavailable',
      message: expect.stringMatching(/stack\/shop-dev\/1.*CloudFormation said no/),
    }),
  );
});

test.each([
  [outcome('settled', 'UPDATE_ROLLBACK_COMPLETE'), true],
  [outcome('settled'), true],
  [outcome('settled', 'UPDATE_IN_PROGRESS'), false],
  [outcome('undecided'), false],
])('%j is over: %s', (it, over) => {
  expect(isOver([it])).toBe(over);
});
