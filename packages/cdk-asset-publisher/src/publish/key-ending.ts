import { extname } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import type { AssetPlan } from '../assembly/types.js';

/** The ending that a service wants of the key. Throws `unsupported` for a file that has none of them. */
export function endingOf(asset: AssetPlan | undefined, endings: readonly string[]): string {
  const own = extname(asset?.path ?? '');
  const ending = endings.find((one) => own !== '' && one.endsWith(own));
  if (ending !== undefined) return ending;
  throw new HoldfastError(
    'unsupported',
    `${quote(asset?.displayName ?? 'an artifact')} is used where the service takes only ${endings.join(' or ')}`,
  );
}
