import { expect, test } from '@jest/globals';
import {
  compileKeyAccess,
  grantPrefix,
  readPolicy,
  type BucketKey,
  type KeyAccess,
} from '../../../src/policy/index.js';
import { target } from './scene.js';

const key: BucketKey = {
  arn: 'arn:aws:kms:eu-west-1:111111111111:key/1',
  managedByAws: false,
  bucketKeys: true,
};
const own = { ...target, bucket: 'mine', prefix: 'holdfast/' };

function compiled(statement: object, of: BucketKey = key): KeyAccess {
  const Statement = [
    { Sid: 'One', Effect: 'Allow', Action: 'holdfast:GetContent', Resource: '*', ...statement },
  ];
  return compileKeyAccess(readPolicy({ Version: '2012-10-17', Statement }, own), own, of);
}

test('accounts and roles get grants, each for the bucket alone', () => {
  const role = 'arn:aws:iam::333333333333:role/ci';
  const { grants, statements } = compiled({
    Principal: { AWS: ['222222222222', role] },
    Action: 'holdfast:*',
  });
  const Constraints = { EncryptionContextSubset: { 'aws:s3:arn': 'arn:aws:s3:::mine' } };
  const Operations = ['Decrypt', 'GenerateDataKey'];
  expect(statements).toEqual([]);
  expect(grants).toEqual([
    {
      ...{ Name: `${grantPrefix(own)}0n0`, GranteePrincipal: 'arn:aws:iam::222222222222:root' },
      ...{ Operations, Constraints },
    },
    { Name: `${grantPrefix(own)}0n1`, GranteePrincipal: role, Operations, Constraints },
  ]);
});

test('a statement without bytes, and a denial, take nothing of the key', () => {
  const nothing = { grants: [], statements: [] };
  const AWS = '222222222222';
  expect(compiled({ Principal: { AWS }, Action: 'holdfast:GetArtifact' })).toEqual(nothing);
  expect(compiled({ Effect: 'Deny', Principal: { AWS } })).toEqual(nothing);
});

test("what no grant can say becomes a statement for the key's policy, without what S3 does not pass on", () => {
  const Condition = {
    StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' },
    IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
  };
  expect(compiled({ Principal: '*', Condition })).toEqual({
    grants: [],
    statements: [
      {
        Sid: `${grantPrefix(own)}0`,
        Effect: 'Allow',
        Principal: '*',
        Action: ['kms:Decrypt'],
        Resource: ['*'],
        Condition: {
          StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa'] },
          StringLike: {
            'kms:EncryptionContext:aws:s3:arn': [
              'arn:aws:s3:::mine',
              'arn:aws:s3:::mine/holdfast/content/payments/*',
            ],
          },
        },
      },
    ],
  });
  const { grants, statements } = compiled({
    Principal: { Service: 'lambda.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } },
  });
  expect(grants).toEqual([]);
  expect(statements).toMatchObject([
    {
      Principal: { Service: ['lambda.amazonaws.com'] },
      Condition: { StringEquals: { 'aws:SourceAccount': ['222222222222'] } },
    },
  ]);
});

test('without S3 Bucket Keys a grant for the bucket would fit no object, and one without it would fit all', () => {
  const { grants, statements } = compiled(
    { Principal: { AWS: '222222222222' } },
    { ...key, bucketKeys: false },
  );
  expect(grants).toEqual([]);
  expect(statements).toMatchObject([{ Principal: { AWS: ['arn:aws:iam::222222222222:root'] } }]);
});

test("AWS's own key is the account's alone", () => {
  const managed = { ...key, managedByAws: true };
  expect(() => compiled({ Principal: { AWS: '222222222222' } }, managed)).toThrow(
    /^statement "One": the bucket "mine" is encrypted with AWS's own key/,
  );
  expect(compiled({ Principal: { AWS: target.account } }, managed).grants).toEqual([]);
});

test('one key may serve several stores, whose grants have names of their own', () => {
  const names = [
    own,
    { ...own, account: '222222222222' },
    { ...own, region: 'us-east-1' },
    { ...own, repository: 'x' },
  ];
  expect(new Set(names.map(grantPrefix)).size).toBe(4);
});
