import type { Digest } from '@holdfast/core';
import { itemsOf } from '../evidence/pages.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { askFor } from './failures.js';
import { functionConsumer } from './names.js';

/** What a listing says of a function with all its published versions. */
export interface ListedFunction {
  /** Without a qualifier. */
  readonly arn: string;
  readonly digests: ReadonlySet<Digest>;
  /** ARNs of layer versions; a listing does not say what is in them. */
  readonly layers: ReadonlySet<string>;
}

/** Every function of the account and region, by its ARN: 50 versions to a call. Throws `access-denied` and `unavailable`. */
export async function listFunctions(api: LambdaApi): Promise<ReadonlyMap<string, ListedFunction>> {
  const versions = itemsOf(async (Marker) => {
    const page = await askFor('list the functions', () =>
      api.listFunctions({ FunctionVersion: 'ALL', ...(Marker === undefined ? {} : { Marker }) }),
    );
    return { items: page?.Functions ?? [], next: page?.NextMarker };
  });
  const found = new Map<string, { arn: string; digests: Set<Digest>; layers: Set<string> }>();
  for await (const { FunctionArn, CodeSha256, PackageType, Layers = [] } of versions) {
    if (FunctionArn === undefined) continue;
    const arn = functionConsumer(FunctionArn);
    const known = found.get(arn) ?? { arn, digests: new Set(), layers: new Set() };
    found.set(arn, known);
    const digest = PackageType === 'Image' ? undefined : digestOfCodeSha256(CodeSha256);
    if (digest !== undefined) known.digests.add(digest);
    for (const { Arn: layer } of Layers) if (layer !== undefined) known.layers.add(layer);
  }
  return found;
}
