import { HoldfastError, isHoldfastError } from '../../../errors.js';

const DENIED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'IncompleteSignatureException',
  'NotAuthorized',
]);
const EXPIRED = new Set(['ExpiredTokenException', 'ExpiredToken']);
const CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
/** What DynamoDB says when the request itself is wrong: a mistake of ours, never a fact about the data. */
const OURS = new Set(['ValidationException', 'SerializationException', 'IdempotentParameterMismatchException']);

export function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/**
 * An error of the DynamoDB client as a Holdfast error. Whatever is not a definite refusal is `unavailable`: nobody knows
 * whether the request was carried out.
 */
export function translateError(error: unknown, table: string): unknown {
  const name = nameOf(error);
  if (isHoldfastError(error) || OURS.has(name)) return error;
  if (EXPIRED.has(name)) {
    return new HoldfastError('access-denied', 'the AWS credentials have expired', {
      hint: 'Sign in again, for example with: aws sso login',
      cause: error,
    });
  }
  if (CREDENTIALS.has(name)) {
    return new HoldfastError('access-denied', 'no usable AWS credentials were found', {
      hint: 'Set AWS_PROFILE, or sign in, for example with: aws sso login',
      cause: error,
    });
  }
  if (DENIED.has(name)) {
    return new HoldfastError('access-denied', `AWS refused access to the catalog's table "${table}"`, {
      hint: 'See what a role needs with: holdfast policy',
      cause: error,
    });
  }
  if (name === 'ResourceNotFoundException') {
    return new HoldfastError('unavailable', `the catalog's table "${table}" does not exist`, {
      hint: 'Make it with: holdfast bootstrap',
      cause: error,
    });
  }
  return new HoldfastError('unavailable', `the catalog's table "${table}" gave no answer (${name || 'no reason'})`, {
    hint: 'Repeat the command: what was done already is not done twice.',
    cause: error,
  });
}
