import { HoldfastError, isHoldfastError } from '@holdfast/core';

const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|ExpiredTokenException|UnrecognizedClientException|CredentialsProviderError|TokenProviderError|OptInRequired|MissingAuthenticationToken|IncompleteSignature)$/;
const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException)$/;
const UNKNOWN_CALL = /^(InvalidAction|UnknownOperation|UnknownOperationException|NotImplemented)$/;

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** True for CloudFormation's definite answer that there is no such stack, change set or template. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ChangeSetNotFoundException' || error.name === 'ChangeSetNotFound') return true;
  return error.name === 'ValidationError' && /\bdoes not exist\b/.test(error.message);
}

/** True when the service does not know the call at all: what it would tell of cannot have happened there. */
export function isUnknownCall(error: unknown): boolean {
  return UNKNOWN_CALL.test(nameOf(error));
}

/**
 * An SDK's error as a Holdfast error: a definite refusal is `access-denied`, everything else `unavailable`. A mistake in the
 * program is neither, and is thrown on.
 */
export function translateFailure(error: unknown, what: string): HoldfastError {
  if (isHoldfastError(error)) return error;
  if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError)
    throw error;
  const name = nameOf(error);
  const reason = name === '' ? 'no reason given' : name;
  if (DENIED.test(name)) {
    return new HoldfastError('access-denied', `AWS refused to ${what} (${reason})`, { cause: error });
  }
  if (THROTTLED.test(name)) {
    return new HoldfastError('unavailable', `AWS throttled the attempts to ${what} (${reason})`, {
      hint: 'Repeat it later, or with less at once.',
      cause: error,
    });
  }
  return new HoldfastError('unavailable', `there was no definite answer when trying to ${what} (${reason})`, {
    cause: error,
  });
}

/** Makes a call; a failure is translated, naming what was tried. */
export async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateFailure(error, what);
  }
}

/** Like {@link ask}, with undefined for a definite absence. */
export async function askFor<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw translateFailure(error, what);
  }
}
