import { expect, test } from '@jest/globals';
import { isUnchanged } from '../../src/deploy/check.js';
import {
  fingerprintOf,
  readFingerprint,
  writeFingerprint,
  type DeploymentFacts,
} from '../../src/template/fingerprint.js';

const facts = (change: Partial<DeploymentFacts> = {}): DeploymentFacts => ({
  template: {
    Resources: {
      ListLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { Code: 'list.zip' } },
      ApiGatewayDeployment1700000000000: { Type: 'AWS::ApiGateway::Deployment', Properties: {} },
      Stage: { Properties: { DeploymentId: { Ref: 'ApiGatewayDeployment1700000000000' } } },
    },
  },
  provider: { memorySize: 128, stackTags: { team: 'orders' } },
  files: { 'list.zip': 'aa' },
  settings: { tags: true },
  serviceDir: '/home/one/shop',
  ...change,
});

test('is the same for what changes by itself', () => {
  const later = facts({
    template: {
      Resources: {
        Stage: { Properties: { DeploymentId: { Ref: 'ApiGatewayDeployment1800000000000' } } },
        ApiGatewayDeployment1800000000000: { Type: 'AWS::ApiGateway::Deployment', Properties: {} },
        ListLambdaFunction: { Properties: { Code: 'list.zip' }, Type: 'AWS::Lambda::Function' },
      },
      Metadata: { HoldfastServerless: { Fingerprint: 'sha256:before' } },
    },
    // What is not given to CloudFormation beside the template changes nothing there.
    provider: { memorySize: 256, deploymentPrefix: 'other', stackTags: { team: 'orders' } },
  });
  expect(fingerprintOf(later)).toBe(fingerprintOf(facts()));
});

test('does not depend on where the service lies', () => {
  const at = (serviceDir: string): string =>
    fingerprintOf(facts({ serviceDir, settings: { artifact: `${serviceDir}/.serverless/list.zip` } }));
  expect(at('/home/two')).toBe(at('/builds/17/shop'));
});

test.each<[string, Partial<DeploymentFacts>]>([
  ['a file', { files: { 'list.zip': 'bb' } }],
  ['a setting', { settings: { tags: false } }],
  ['the tags of the stack', { provider: { memorySize: 128, stackTags: { team: 'payments' } } }],
  ['the parameters of the stack', { provider: { stackTags: { team: 'orders' }, stackParameters: [{}] } }],
  ['the template', { template: { Resources: {} } }],
])('is another one after a change of %s', (_what, change) => {
  expect(fingerprintOf(facts(change))).not.toBe(fingerprintOf(facts()));
});

test('stands in the template beside what others wrote there', () => {
  const template = { Resources: {}, Metadata: { Other: 1 } };
  writeFingerprint(template, 'sha256:aa');
  expect(readFingerprint(template)).toBe('sha256:aa');
  expect(template.Metadata).toMatchObject({ Other: 1 });
});

test.each([
  ['CREATE_COMPLETE', true],
  ['UPDATE_COMPLETE', true],
  ['UPDATE_ROLLBACK_COMPLETE', false],
  ['UPDATE_ROLLBACK_FAILED', false],
  ['UPDATE_IN_PROGRESS', false],
  ['REVIEW_IN_PROGRESS', false],
])('a stack in %s is skipped: %s', (status, skipped) => {
  const template = { Resources: {} };
  writeFingerprint(template, 'sha256:aa');
  expect(isUnchanged({ stackId: 'arn', status, template }, 'sha256:aa')).toBe(skipped);
  expect(isUnchanged({ stackId: 'arn', status, template }, 'sha256:bb')).toBe(false);
});
