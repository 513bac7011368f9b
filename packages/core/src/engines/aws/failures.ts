import { HoldfastError, isHoldfastError } from '../../errors.js';

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AllAccessDisabled',
  'Forbidden',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'MissingAuthenticationToken',
  'NotSignedUp',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

/** The name that an AWS service or the SDK gave an error; empty for anything else. */
export function failureName(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

/** The HTTP status that an AWS service answered with; undefined when it did not answer. */
export function failureStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode;
}

/**
 * An SDK's error as a Holdfast error. `what` begins the message and names the thing, such as `the bucket "b"`.
 *
 * Only a definite refusal is `access-denied`. Everything else is `unavailable`: nobody knows whether the request was carried
 * out, and it says nothing about existence.
 */
export function translateFailure(error: unknown, what: string): unknown {
  if (isHoldfastError(error)) return error;
  const name = failureName(error);
  if (EXPIRED.has(name)) {
    return new HoldfastError('access-denied', 'the AWS credentials have expired', {
      hint: 'Sign in again, for example with: aws sso login',
      cause: error,
    });
  }
  if (NO_CREDENTIALS.has(name)) {
    return new HoldfastError('access-denied', 'no usable AWS credentials were found', {
      hint: 'Set AWS_PROFILE, or sign in, for example with: aws sso login',
      cause: error,
    });
  }
  if (DENIED.has(name) || failureStatus(error) === 403 || failureStatus(error) === 401) {
    return new HoldfastError('access-denied', `AWS refused access to ${what} (${name})`, {
      hint: 'See what each role needs with: holdfast policy',
      cause: error,
    });
  }
  return new HoldfastError('unavailable', `${what} gave no definite answer (${reasonOf(error)})`, {
    hint: 'Repeat the command: what was done already is not done twice.',
    cause: error,
  });
}

/** A service's word where it has one, and the system's where there was no connection. */
function reasonOf(error: unknown): string {
  const name = failureName(error);
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return (name === 'Error' || name === 'AggregateError') && typeof code === 'string'
    ? code
    : name || 'no reason';
}

/** What DynamoDB says when the request itself is wrong: a mistake of ours, never a fact about the data. It is passed on as it is. */
const OURS = new Set([
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
]);

/** {@link translateFailure} for the catalog's table. A table that is not there says nothing about what it should hold. */
export function translateTableFailure(error: unknown, table: string): unknown {
  const name = failureName(error);
  if (OURS.has(name)) return error;
  if (name === 'ResourceNotFoundException') {
    return new HoldfastError('unavailable', `the catalog's table "${table}" does not exist`, {
      hint: 'Make it with: holdfast bootstrap',
      cause: error,
    });
  }
  return translateFailure(error, `the catalog's table "${table}"`);
}
