import { isHoldfastError } from '@holdfast/core';
import type { Serverless } from './types.js';

/** Runs a step; a Holdfast error becomes one of the host's own, which it shows as a message without a stack trace. */
export async function withHostErrors<T>({ classes }: Serverless, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
    const shown = new classes.Error(text, `HOLDFAST_${error.code.toUpperCase().replaceAll('-', '_')}`);
    throw Object.assign(shown, { cause: error });
  }
}
