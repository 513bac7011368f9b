import { translateFailure } from '../evidence/failures.js';

/** True for Lambda's definite answer that there is no such function, version, alias or layer version. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'ResourceNotFoundException';
}

/** Asks Lambda; undefined for a definite absence. Every other failure is translated, naming what was tried. */
export async function askFor<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw translateFailure(error, what);
  }
}

/** True when Lambda answered and refused: then it has changed nothing. */
export function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata
    ?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}
