/**
 * The stable kinds of failure. Hosts and scripts decide by the code; people read the message and the hint.
 *
 * - `not-found`: a definite answer that the named thing does not exist
 * - `conflict`: somebody else changed it first, or it exists already
 * - `in-use`: refused because something still uses it
 * - `invalid-input`: a value given by the caller is wrong; the message names it
 * - `corrupt`: bytes are not what their digest says
 * - `access-denied`: the storage or service refused the caller
 * - `unavailable`: no answer could be had (time-out, busy, throttled); says nothing about existence
 * - `unsupported`: this release cannot do it, for example open a store written by a newer one
 */
export type ErrorCode =
  | 'not-found'
  | 'conflict'
  | 'in-use'
  | 'invalid-input'
  | 'corrupt'
  | 'access-denied'
  | 'unavailable'
  | 'unsupported';

export interface ErrorDetails {
  /** What the reader can do next; one sentence. */
  readonly hint?: string;
  /** The error that led to this one. It is never part of the message. */
  readonly cause?: unknown;
  /** Machine-readable facts, such as the users of a version that is `in-use`. */
  readonly data?: Readonly<Record<string, unknown>>;
}

const brand = Symbol.for('holdfast.error');

/** The one error class of every Holdfast package. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }
}

/** True for a Holdfast error, also one thrown by another copy of this package. */
export function isHoldfastError(error: unknown): error is HoldfastError {
  return error instanceof Error && brand in error;
}
