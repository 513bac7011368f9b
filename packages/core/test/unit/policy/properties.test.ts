import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isHoldfastError } from '../../../src/errors.js';
import {
  ACTION_RULES,
  compilePolicy,
  evaluatePolicy,
  mergeStatements,
  policyText,
  POLICY_LIMITS,
  readPolicy,
  sidPrefix,
  type Policy,
} from '../../../src/policy/index.js';
import { askers, DIGEST_1, DIGEST_2, ORGANISATION, target, type AskerName } from './scene.js';
import { realRequests, simulate, statementsFor } from './simulate.js';

const arn = (resource: string): string => `arn:aws:holdfast:eu-west-1:111111111111:${resource}`;
const IDS = ['api', 'api/handler', 'apis', 'web/site'];
const WRITING = ['PublishVersion', 'UseVersion', 'MoveBookmark', 'DeleteVersion'].map(
  (it) => `holdfast:${it}`,
);

const what = fc.oneof(
  fc
    .constantFrom(arn('artifact/payments/*'), '*')
    .map((Resource) => ({ Action: ['holdfast:GetArtifact'], Resource })),
  fc
    .constantFrom(DIGEST_1, DIGEST_2, '*')
    .map((it) => ({ Action: ['holdfast:GetContent'], Resource: arn(`content/payments/${it}`) })),
  fc
    .constantFrom('ListArtifacts', 'LocateContent')
    .map((it) => ({ Action: `holdfast:${it}`, Resource: arn('repository/payments') })),
  fc.constant({ Action: WRITING, Resource: arn('artifact/payments/*') }),
  fc.constant({ Action: 'holdfast:SubscribeEvents', Resource: arn('repository/*') }),
  fc.constant({ Action: ['holdfast:Get*', 'holdfast:L*'], Resource: '*' }),
);
const who = fc.oneof(
  fc
    .constantFrom('222222222222', '333333333333', 'arn:aws:iam::222222222222:role/deployer')
    .map((AWS) => ({ Principal: { AWS } })),
  fc.constant({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANISATION } } }),
  fc.constant({
    Principal: '*',
    Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': `${ORGANISATION}/r-abcd/ou-dev/*` } },
  }),
);
const statements = fc.array(
  fc
    .record({ effect: fc.constantFrom('Allow', 'Allow', 'Deny'), what, who })
    .map((it) => ({ Effect: it.effect, ...it.what, ...it.who })),
  { minLength: 1, maxLength: 4 },
);
const people: readonly AskerName[] = ['deployer', 'session', 'reader', 'user', 'stranger'];
const policyOf = (list: readonly object[]): Policy =>
  readPolicy({ Version: '2012-10-17', Statement: list }, target);

/** Every request of every action, with the actions that it is a part of and would have to be allowed for. */
const questions = ACTION_RULES.flatMap((rule) => {
  const rests =
    rule.resource === 'artifact' ? IDS : rule.resource === 'content' ? [DIGEST_1, DIGEST_2] : [''];
  return rests.flatMap((rest) =>
    realRequests(rule.action, rest, '333333333333').map((request) => ({
      action: rule.action,
      rest,
      request,
    })),
  );
});
const reasonsOf = (request: unknown): { action: string; rest: string }[] =>
  questions.filter((it) => JSON.stringify(it.request) === JSON.stringify(request));

test('what it is compiled to never allows a request that no allowed action is made of', async () => {
  await fc.assert(
    fc.asyncProperty(
      statements,
      fc.constantFrom(...people),
      fc.array(fc.constantFrom(...questions), { minLength: 12, maxLength: 12 }),
      async (list, name, asked) => {
        const policy = policyOf(list);
        const compiled = compilePolicy(policy, target);
        const { caller, context } = askers[name];
        for (const { request } of asked) {
          if (!(await simulate(request, statementsFor(request, compiled), caller, context))) continue;
          // Any repository's own partitions are written by whoever writes one artifact of it: there the artifact says nothing.
          const reasons = reasonsOf(request);
          const allowed = reasons.some(
            ({ action, rest }) =>
              evaluatePolicy(policy, { caller, context, action, rest }, target) !== 'not-allowed',
          );
          expect({ request, list, allowed }).toMatchObject({ allowed: true });
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);

test('a Deny reaches a request of several partitions when it reaches one of them, and an Allow only when it reaches all', async () => {
  const policy = policyOf([
    {
      Effect: 'Allow',
      Principal: { AWS: '222222222222' },
      Action: ['holdfast:GetArtifact', 'holdfast:ListArtifacts'],
      Resource: '*',
    },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'holdfast:ListArtifacts',
      Resource: '*',
    },
  ]);
  const { table } = compilePolicy(policy, target);
  const { caller, context } = askers.deployer;
  const batch = (...keys: readonly string[]) =>
    simulate(
      {
        service: 'dynamodb',
        action: 'dynamodb:BatchGetItem',
        resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/holdfast',
        context: keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys },
      },
      table,
      caller,
      context,
    );
  expect(await batch('payments#versions', 'payments#moves')).toBe(true);
  expect(await batch('payments#versions', 'payments#artifacts')).toBe(false);
  expect(await batch('payments#versions', 'other#versions')).toBe(false);
  expect(await batch()).toBe(false);
});

const sid = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
const foreign = fc.array(
  fc.record(
    {
      Sid: fc.oneof(sid, fc.constant(`${sidPrefix('other')}0S3n0`)),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.string(),
      anything: fc.jsonValue(),
    },
    { requiredKeys: ['Effect'] },
  ),
  { maxLength: 5 },
);

test("others' statements stay as they are, whatever is set, changed and deleted", () => {
  fc.assert(
    fc.property(foreign, statements, statements, (others, first, second) => {
      const before =
        others.length === 0 ? undefined : { Version: '2008-10-17', Id: 'theirs', Statement: others };
      const set = mergeStatements(before, 'payments', compilePolicy(policyOf(first), target).bucket);
      const changed = mergeStatements(set, 'payments', compilePolicy(policyOf(second), target).bucket);
      expect(changed).toEqual(
        mergeStatements(before, 'payments', compilePolicy(policyOf(second), target).bucket),
      );
      expect(mergeStatements(changed, 'payments', [])).toEqual(before);
    }),
  );
});

test('a text is within the limit, or is refused with its size and the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.constantFrom('bucket', 'table', 'eventBus'),
      (count, place) => {
        const list = Array.from({ length: count }, (_, index) => ({
          Effect: 'Allow',
          Principal: { AWS: String(200_000_000_000 + index) },
          Action: ['holdfast:Get*', 'holdfast:SubscribeEvents'],
          Resource: ['*', arn('repository/*')],
        }));
        const merged = mergeStatements(undefined, 'payments', compilePolicy(policyOf(list), target)[place]);
        const size = JSON.stringify(merged ?? {}).length;
        const limit = POLICY_LIMITS[place];
        const answer = ((): string => {
          try {
            return `taken: ${policyText(place, merged ?? {}).length} bytes`;
          } catch (error) {
            return isHoldfastError(error) ? error.message : String(error);
          }
        })();
        expect(answer).toContain(
          size <= limit ? `taken: ${size} bytes` : `would have ${size} bytes, and at most ${limit}`,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('two patterns of wildcards without end are decided at once', () => {
  const policy = policyOf([
    {
      Effect: 'Allow',
      Principal: { AWS: '222222222222' },
      Action: 'holdfast:GetArtifact',
      Resource: '*',
      Condition: { StringLike: { 'aws:PrincipalTag/team': `${'*a'.repeat(12)}*b` } },
    },
  ]);
  const { caller } = askers.deployer;
  const context = { 'aws:PrincipalTag/team': 'a'.repeat(256) };
  const request = { caller, action: 'holdfast:GetArtifact', rest: 'api', context };
  // Trying out what each star takes would outlast the test.
  expect(evaluatePolicy(policy, request, target)).toBe('not-allowed');
});
