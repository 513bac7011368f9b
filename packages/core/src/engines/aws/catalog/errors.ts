import { HoldfastError } from '../../../errors.js';
import { failureName, translateFailure } from '../failures.js';

/** What DynamoDB says when the request itself is wrong: a mistake of ours, never a fact about the data. */
const OURS = new Set([
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
]);

/**
 * An error of the DynamoDB client as a Holdfast error. Whatever is not a definite refusal is `unavailable`: nobody knows
 * whether the request was carried out. A table that is not there says nothing about what it should hold.
 */
export function translateError(error: unknown, table: string): unknown {
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
