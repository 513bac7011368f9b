import { HoldfastError } from '../errors.js';
import { quote } from '../arn/index.js';

/** Not by `instanceof`, so that errors of another realm (a VM context, a test runner) count too. */
function isSystemError(
  error: unknown,
): error is Error & { readonly syscall: string; readonly code?: string } {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

/** The system's code for what went wrong, such as `ELOOP`; undefined when it was not the system. */
export function systemCode(error: unknown): string | undefined {
  return isSystemError(error) ? (error.code ?? 'unknown error') : undefined;
}

/** True when the system says that the file does not exist, which is not the same as not being allowed to look. */
export function isAbsence(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Turns a system error into a Holdfast error that names the path as the user knows it.
 * `doing` reads like "read" or "write". Absence becomes `not-found`; what is no system error is returned as it is.
 */
export function fileError(doing: string, path: string, cause: unknown): unknown {
  const code = systemCode(cause);
  if (code === undefined) {
    return cause;
  }
  if (isAbsence(cause)) {
    return new HoldfastError('not-found', `cannot ${doing} ${quote(path)}: it does not exist`, { cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new HoldfastError('access-denied', `cannot ${doing} ${quote(path)}: permission denied`, { cause });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HoldfastError('unavailable', `cannot ${doing} ${quote(path)}: no space left`, { cause });
  }
  return new HoldfastError('unavailable', `cannot ${doing} ${quote(path)}: ${code}`, { cause });
}

/** The error for a file that is not what it was when its tree was read. */
export function changedError(path: string, how: string): HoldfastError {
  return new HoldfastError('conflict', `${quote(path)} changed while it was packed: ${how}`, {
    hint: 'Let the build finish, then try again.',
  });
}
