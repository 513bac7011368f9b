import { describe, expect, test } from '@jest/globals';
import { isHoldfastError } from '../../../src/errors.js';
import { readPolicy } from '../../../src/policy/index.js';
import { target } from './scene.js';

const reading = {
  Sid: 'Reading',
  Effect: 'Allow',
  Principal: { AWS: '222222222222' },
  Action: 'holdfast:GetArtifact',
  Resource: '*',
};
const policy = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
});
const problemOf = (value: unknown): string => {
  try {
    readPolicy(value, target);
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'invalid-input') return error.message;
    throw error;
  }
  return 'taken';
};
const arn = (resource: string): string => `arn:aws:holdfast:eu-west-1:111111111111:${resource}`;

test('what is refused below is taken without the fault', () => {
  expect(problemOf(policy(reading))).toBe('taken');
});

describe('nothing is ever public', () => {
  const open = 'statement "Reading": it would open the repository to everyone';
  const inOrganisation = { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' };
  test.each<[string, object]>([
    ['without condition', {}],
    ['to every AWS identity', { Principal: { AWS: '*' } }],
    ['to everyone among others', { Principal: { AWS: ['222222222222', '*'] } }],
    ['with a condition that confines nobody', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    ['from an address only', { Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }],
    ['with a wildcard for the organisation', { Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-*' } } }],
    [
      'with one open value among good ones',
      { Condition: { StringLike: { 'aws:PrincipalArn': ['arn:aws:iam::222222222222:role/a', '*'] } } },
    ],
    [
      'with a wildcard for the account',
      { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/a' } } },
    ],
    ['if the key exists', { Condition: { StringEqualsIfExists: inOrganisation } }],
    ['with the opposite', { Condition: { StringNotEquals: inOrganisation } }],
    [
      'with "all of none"',
      { Condition: { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/*' } } },
    ],
    [
      'with any organisation in a path',
      { Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/r-a/*' } } },
    ],
    ['by whether the key is there', { Condition: { Null: { 'aws:PrincipalOrgID': 'false' } } }],
  ])('%s', (_, change) => {
    expect(problemOf(policy({ ...reading, Principal: '*', ...change }))).toContain(open);
  });

  test('a service on behalf of everybody', () => {
    const lambda = {
      ...reading,
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'holdfast:GetContent',
    };
    expect(problemOf(policy(lambda))).toContain(
      "open the repository to every account's use of lambda.amazonaws.com",
    );
    const source = { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:*:function:*' } };
    expect(problemOf(policy({ ...lambda, Condition: source }))).toContain('on whose behalf');
  });

  test('a Deny may name everyone', () => {
    expect(problemOf(policy({ ...reading, Effect: 'Deny', Principal: '*' }))).toBe('taken');
  });
});

describe('what names a thing by what it is not', () => {
  test.each(['NotAction', 'NotPrincipal', 'NotResource'])('%s', (key) => {
    expect(problemOf(policy(reading, { ...reading, Sid: 'Second', [key]: ['x'] }))).toContain(
      `statement "Second": ${key} is refused`,
    );
  });
});

describe('what AWS could not confine', () => {
  test.each<[string, object, string]>([
    [
      'bytes of one artifact',
      { Action: 'holdfast:GetContent', Resource: arn('artifact/payments/api') },
      'resources of type "content"',
    ],
    [
      'bytes by a part of a digest',
      { Action: 'holdfast:GetContent', Resource: arn('content/payments/sha256:ab*') },
      'whole digests',
    ],
    [
      'reading one artifact',
      { Action: 'holdfast:GetArtifact', Resource: arn('artifact/payments/api/*') },
      'the versions of all artifacts of a repository lie in one partition',
    ],
    [
      'denying the reading of one artifact',
      { Effect: 'Deny', Action: 'holdfast:GetArtifact', Resource: arn('artifact/payments/secret') },
      'cannot be expressed',
    ],
    ['one version', { Resource: arn('version/payments/api:3') }, 'names a version'],
    [
      'writing one artifact',
      {
        Action: [
          'holdfast:PublishVersion',
          'holdfast:UseVersion',
          'holdfast:MoveBookmark',
          'holdfast:DeleteVersion',
        ],
        Resource: arn('artifact/payments/api/*'),
      },
      'lists that all artifacts of the repository share',
    ],
    [
      'using without deleting',
      { Action: 'holdfast:UseVersion', Resource: arn('artifact/payments/*') },
      'holdfast:UseVersion without holdfast:PublishVersion, holdfast:MoveBookmark, holdfast:DeleteVersion',
    ],
    [
      'denying only deletion',
      { Effect: 'Deny', Action: 'holdfast:DeleteVersion', Resource: arn('artifact/payments/*') },
      'cannot be expressed',
    ],
    [
      'events of one repository',
      { Action: 'holdfast:SubscribeEvents', Resource: arn('repository/payments') },
      'the event bus tells of every repository',
    ],
    [
      'the catalog for a service',
      {
        Principal: { Service: 'lambda.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } },
      },
      'cannot be given to services',
    ],
    [
      "a service's own condition key",
      { Condition: { StringEquals: { 's3:prefix': 'x' } } },
      '"s3:prefix" cannot be used',
    ],
    [
      'a variable',
      { Condition: { StringEquals: { 'aws:PrincipalTag/a': '${aws:userid}' } } },
      'has a variable',
    ],
  ])('%s', (_, change, message) => {
    expect(problemOf(policy({ ...reading, ...change }))).toContain(message);
  });
});

describe('what does not fit', () => {
  test.each<[string, unknown, string]>([
    ['no policy', null, 'the policy must hold keys and values'],
    ['an old version', { ...policy(reading), Version: '2008-10-17' }, '"Version" must be "2012-10-17"'],
    ['no statement', policy(), 'no "Statement"'],
    ['a Sid twice', policy(reading, reading), 'two statements have the Sid "Reading"'],
    ['an unknown key', policy({ ...reading, Resources: '*' }), '"Resources", which statements do not have'],
    [
      'an unknown action',
      policy({ ...reading, Action: 'holdfast:DeleteRepository' }),
      '"holdfast:DeleteRepository" is no action',
    ],
    ['an action of S3', policy({ ...reading, Action: 's3:GetObject' }), '"s3:GetObject" is no action'],
    ['a star for every action of AWS', policy({ ...reading, Action: '*' }), '"*" is no action'],
    [
      "another account's store",
      policy({ ...reading, Resource: 'arn:aws:holdfast:eu-west-1:999999999999:artifact/payments/*' }),
      'its account is not 111111111111',
    ],
    [
      'another repository',
      policy({ ...reading, Resource: arn('artifact/default/*') }),
      'not of repository "payments"',
    ],
    [
      'a star that reaches into other repositories',
      policy({ ...reading, Resource: arn('*/payments/api') }),
      'the end must be "/*"',
    ],
    [
      'a resource that nothing is asked on',
      policy({ ...reading, Resource: [arn('artifact/payments/*'), arn('repository/payments')] }),
      'none of its actions is asked on',
    ],
    [
      'a federated principal',
      policy({ ...reading, Principal: { Federated: 'x' } }),
      'principals of kind "Federated"',
    ],
    [
      'a wildcard in a principal',
      policy({ ...reading, Principal: { AWS: 'arn:aws:iam::222222222222:role/*' } }),
      'is none that can be named',
    ],
    [
      'services with accounts',
      policy({ ...reading, Principal: { AWS: '222222222222', Service: 'lambda.amazonaws.com' } }),
      'together with other principals',
    ],
    [
      'an operator for another kind',
      policy({ ...reading, Condition: { StringEquals: { 'aws:SourceIp': '1.2.3.4' } } }),
      'aws:SourceIp takes IpAddress',
    ],
    [
      'several values without ForAnyValue',
      policy({ ...reading, Condition: { StringLike: { 'aws:PrincipalOrgPaths': 'o-a/*' } } }),
      'write ForAnyValue',
    ],
    [
      'a condition key twice',
      policy({
        ...reading,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a', 'aws:principalorgid': 'o-b' } },
      }),
      'twice',
    ],
    [
      'an address that is none',
      policy({ ...reading, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/33' } } }),
      'is none for aws:SourceIp',
    ],
  ])('%s', (_, value, message) => {
    expect(problemOf(value)).toContain(message);
  });
});
