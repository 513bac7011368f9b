import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStacks } from '../../../src/engines/aws/bootstrap/index.js';
import { boundedAttempts } from '../../../src/engines/aws/bounded-requests.js';
import { translateFailure } from '../../../src/engines/aws/failures.js';
import { HoldfastError } from '../../../src/errors.js';

const before = { ...process.env };
const SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY';

beforeEach(() => {
  delete process.env['AWS_PROFILE'];
});
afterEach(() => {
  process.env = { ...before };
});

function told(name: string, message = '', more: object = {}): HoldfastError {
  const error = Object.assign(new Error(`${message} ${SECRET}`), { name, ...more });
  const failure = translateFailure(error, 'the bucket "b"');
  if (!(failure instanceof HoldfastError)) throw new Error('not translated');
  expect(`${failure.message} ${failure.hint ?? ''}`).not.toContain(SECRET);
  return failure;
}

test.each([
  ['ExpiredToken', 'access-denied', /have expired/, /sign in/i],
  ['InvalidClientTokenId', 'access-denied', /does not know the access key/, /AWS_ACCESS_KEY_ID/],
  ['UnrecognizedClientException', 'access-denied', /does not know the access key/, /AWS_ACCESS_KEY_ID/],
  ['SignatureDoesNotMatch', 'access-denied', /secret .* does not belong/, /AWS_SECRET_ACCESS_KEY/],
  ['RequestTimeTooSkewed', 'access-denied', /clock/, /clock/],
  ['CredentialsProviderError', 'access-denied', /no usable AWS credentials/, /AWS_PROFILE/],
  ['AccessDenied', 'access-denied', /refused access to the bucket "b"/, /holdfast policy/],
  ['SlowDown', 'unavailable', /the bucket "b" gave no definite answer \(SlowDown\)/, /Repeat/],
] as const)('%s says what is wrong and what to do, and no secret', (name, code, message, hint) => {
  const failure = told(name);
  expect(failure.code).toBe(code);
  expect(failure.message).toMatch(message);
  expect(failure.hint).toMatch(hint);
});

test('the profile is named, which is what a user can mend', () => {
  process.env['AWS_PROFILE'] = 'team';
  const failure = told('CredentialsProviderError', 'Could not resolve credentials using profile: [team].');
  expect(failure.message).toContain('"team"');
  const ended = told('CredentialsProviderError', 'The SSO session associated with this profile has expired.');
  expect(ended.message).toBe('the sign-in to AWS for the profile "team" has ended');
  expect(ended.hint).toContain('aws sso login --profile team');
});

test('a refusal names the action that was not allowed, where AWS does', () => {
  const message = 'User: arn:aws:iam::1:user/x is not authorized to perform: dynamodb:Query on resource: y';
  expect(told('AccessDeniedException', message).message).toBe(
    'AWS refused access to the bucket "b" (dynamodb:Query)',
  );
});

test('where there was no connection, the place is named', () => {
  const lookup = told('Error', '', { code: 'ENOTFOUND', hostname: 's3.eu-wst-9.amazonaws.com' });
  expect(lookup.message).toBe('the bucket "b" could not be reached at s3.eu-wst-9.amazonaws.com (ENOTFOUND)');
  expect(lookup.hint).toMatch(/region/);
  const each = { code: 'ECONNREFUSED', address: '127.0.0.1', port: 9 };
  const both = told('AggregateError', '', { code: 'ECONNREFUSED', errors: [each] });
  expect(both.message).toContain('at 127.0.0.1:9 (ECONNREFUSED)');
  expect(both.code).toBe('unavailable');
});

test('a region that can be none is named as such, and one that is missing as missing', async () => {
  process.env['AWS_CONFIG_FILE'] = '/dev/null';
  process.env['AWS_REGION'] = 'eu west';
  await expect(openStacks()).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'the AWS region "eu west" is not valid',
  });
  delete process.env['AWS_REGION'];
  await expect(openStacks()).rejects.toMatchObject({ message: 'no AWS region is configured' });
});

test('how often a request is sent is what AWS_MAX_ATTEMPTS says, and bounded without', () => {
  delete process.env['AWS_MAX_ATTEMPTS'];
  expect(boundedAttempts(6)).toEqual({ maxAttempts: 6 });
  process.env['AWS_MAX_ATTEMPTS'] = '2';
  // The SDK reads it by itself where nobody says otherwise.
  expect(boundedAttempts(6)).toEqual({});
});
