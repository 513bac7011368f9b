import { expect, test } from '@jest/globals';
import { compilePolicy, readPolicy, sidPrefix } from '../../../src/policy/index.js';
import { DIGEST_1, ORGANISATION, target } from './scene.js';

const OWN = sidPrefix('payments');
const arn = (resource: string): string => `arn:aws:holdfast:eu-west-1:111111111111:${resource}`;
const compile = (...statements: readonly object[]) =>
  compilePolicy(readPolicy({ Version: '2012-10-17', Statement: statements }, target), target);
const table = ['arn:aws:dynamodb:eu-west-1:111111111111:table/holdfast'];
const reads = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];

test('reading by an account: objects of the repository, and its partitions', () => {
  const Principal = { AWS: ['arn:aws:iam::222222222222:root'] };
  const reading = { Effect: 'Allow', Principal: { AWS: '222222222222' }, Resource: '*' };
  expect(
    compile({ ...reading, Action: ['holdfast:Get*', 'holdfast:ListArtifacts', 'holdfast:LocateContent'] }),
  ).toEqual({
    bucket: [
      {
        Sid: `${OWN}0S3n0`,
        Effect: 'Allow',
        Principal,
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        Resource: ['arn:aws:s3:::holdfast-bucket-1x2y/content/payments/*'],
      },
    ],
    table: [
      {
        Sid: `${OWN}0Db0`,
        Effect: 'Allow',
        Principal,
        Action: reads,
        Resource: table,
        Condition: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': [
              'payments#artifacts',
              'payments#contents',
              'payments#moves',
              'payments#repository',
              'payments#versions',
              '~place',
            ],
          },
          Null: { 'dynamodb:LeadingKeys': ['false'] },
        },
      },
    ],
    eventBus: [],
  });
});

test('a unit of an organisation: the organisation is said besides, without which S3 takes the policy for public', () => {
  const paths = [`${ORGANISATION}/r-abcd/ou-prod/*`];
  const condition = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } };
  const [statement] = compile({
    Effect: 'Allow',
    Principal: '*',
    Action: 'holdfast:GetContent',
    Resource: '*',
    Condition: condition,
  }).bucket;
  expect(statement?.Principal).toBe('*');
  expect(statement?.Condition).toEqual({
    ...condition,
    StringEquals: { 'aws:PrincipalOrgID': [ORGANISATION] },
  });
});

test('a Deny of reading versions: any partition of a request, and not what finds the store', () => {
  const compiled = compile({
    Sid: 'Secret',
    Effect: 'Deny',
    Principal: '*',
    Action: 'holdfast:GetArtifact',
    Resource: arn('artifact/payments/*'),
  });
  expect(compiled.bucket).toEqual([]);
  expect(compiled.table).toEqual([
    {
      Sid: `${OWN}0Db0`,
      Effect: 'Deny',
      Principal: '*',
      Action: reads,
      Resource: table,
      Condition: {
        'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['payments#moves', 'payments#versions'] },
      },
    },
  ]);
});

test('one digest: every generation and ending of its key, and nothing of the catalog', () => {
  const { bucket, table: items } = compile({
    Effect: 'Allow',
    Principal: { AWS: '222222222222' },
    Action: 'holdfast:GetContent',
    Resource: arn(`content/payments/${DIGEST_1}`),
  });
  const hex = '1'.repeat(64);
  expect(bucket.map(({ Resource }) => Resource)).toEqual([
    [`arn:aws:s3:::holdfast-bucket-1x2y/content/payments/sha256/11/${hex}*`],
  ]);
  expect(items).toEqual([]);
});

test("events: each account's own rules on the bus", () => {
  const { eventBus } = compile({
    Effect: 'Allow',
    Principal: { AWS: '222222222222' },
    Action: 'holdfast:SubscribeEvents',
    Resource: arn('repository/*'),
  });
  expect(eventBus).toEqual([
    expect.objectContaining({
      Action: expect.arrayContaining(['events:PutRule', 'events:PutTargets']),
      Resource: ['arn:aws:events:eu-west-1:111111111111:rule/holdfast/*'],
      Condition: { StringEqualsIfExists: { 'events:creatorAccount': ['${aws:PrincipalAccount}'] } },
    }),
  ]);
});
