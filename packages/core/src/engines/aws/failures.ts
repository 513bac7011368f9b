import { quote } from '../../arn/index.js';
import { HoldfastError, isHoldfastError } from '../../errors.js';

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AllAccessDisabled',
  'Forbidden',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'NotSignedUp',
  'UnauthorizedOperation',
]);
/** What is wrong with the credentials themselves, whatever they were to be used for. */
const WRONG_CREDENTIALS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'AWS does not know the access key of the credentials',
  InvalidClientTokenId: 'AWS does not know the access key of the credentials',
  UnrecognizedClientException: 'AWS does not know the access key of the credentials',
  SignatureDoesNotMatch: 'the secret of the AWS credentials does not belong to their access key',
  InvalidSignatureException: 'the secret of the AWS credentials does not belong to their access key',
  RequestTimeTooSkewed: "this machine's clock is not AWS's",
};
/** What the system says when there was no connection at all. */
const UNREACHED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
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
    return noCredentials(error);
  }
  const wrong = Object.hasOwn(WRONG_CREDENTIALS, name) ? WRONG_CREDENTIALS[name] : undefined;
  if (wrong !== undefined) {
    return new HoldfastError('access-denied', `${wrong}${ofProfile()} (${name})`, {
      hint:
        name === 'RequestTimeTooSkewed'
          ? 'Set the clock.'
          : 'Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which come before AWS_PROFILE, or sign in again.',
      cause: error,
    });
  }
  if (DENIED.has(name) || failureStatus(error) === 403 || failureStatus(error) === 401) {
    const action = refusedAction(error);
    return new HoldfastError('access-denied', `AWS refused access to ${what} (${action ?? name})`, {
      hint: 'See what each role needs with: holdfast policy',
      cause: error,
    });
  }
  const place = unreachedPlace(error);
  if (place !== undefined) {
    return new HoldfastError('unavailable', `${what} could not be reached${place}`, {
      hint: 'Look at the region, at AWS_ENDPOINT_URL where it is set, at the network and its proxy; then repeat the command.',
      cause: error,
    });
  }
  return new HoldfastError('unavailable', `${what} gave no definite answer (${reasonOf(error)})`, {
    hint: 'Repeat the command: what was done already is not done twice.',
    cause: error,
  });
}

function noCredentials(cause: unknown): HoldfastError {
  const profile = process.env['AWS_PROFILE'] ?? '';
  const option = profile === '' ? '' : ` --profile ${profile}`;
  const ended = /\b(sso|token)\b.*\b(expired|invalid)\b/i.test(cause instanceof Error ? cause.message : '');
  return new HoldfastError(
    'access-denied',
    ended
      ? `the sign-in to AWS${ofProfile()} has ended`
      : `no usable AWS credentials were found${ofProfile()}`,
    {
      hint: `${profile === '' ? 'Set AWS_PROFILE' : 'Look whether the AWS configuration has that profile'}, or sign in, for example with: aws sso login${option}`,
      cause,
    },
  );
}

/** The profile is what a user can mend. Credentials themselves are never told. */
function ofProfile(): string {
  const profile = process.env['AWS_PROFILE'] ?? '';
  return profile === '' ? '' : ` for the profile ${quote(profile)}`;
}

/** What a service says was not allowed, such as `dynamodb:Query`; undefined where it does not say. */
function refusedAction(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /\bnot authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)\b/.exec(message)?.[1];
}

/** Where there was no connection, and why, as an end of a sentence; undefined for every other failure. */
function unreachedPlace(error: unknown): string | undefined {
  const [found] = [error, ...((error as { errors?: readonly unknown[] } | undefined)?.errors ?? [])]
    .map((it) => (it ?? {}) as { code?: unknown; hostname?: unknown; address?: unknown; port?: unknown })
    .toSorted((a, b) => Number(placeIn(a) === '') - Number(placeIn(b) === ''))
    .filter(({ code }) => typeof code === 'string' && UNREACHED.has(code));
  if (found === undefined) return undefined;
  const place = placeIn(found);
  return `${place === '' ? '' : ` at ${place}`} (${String(found.code)})`;
}

function placeIn({ hostname, address, port }: { hostname?: unknown; address?: unknown; port?: unknown }) {
  const host = typeof hostname === 'string' ? hostname : typeof address === 'string' ? address : '';
  return host === '' || typeof port !== 'number' ? host : `${host}:${port}`;
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
