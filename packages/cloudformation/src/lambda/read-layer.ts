import type { GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { Digest } from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import type { Doubt } from '../evidence/types.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { askFor } from './failures.js';

export interface LayerEvidence {
  readonly digest?: Digest;
  /** Present when the digest is not known. */
  readonly doubt?: Doubt;
}

/** How many layers are asked for at once. */
const AT_ONCE = 8;

/** A layer version; undefined for a definite absence. Throws `access-denied` and `unavailable`. */
export function describeLayer(api: LambdaApi, arn: string): Promise<GetLayerVersionResponse | undefined> {
  return askFor(`describe the layer ${arn}`, () => api.getLayerVersion({ Arn: arn }));
}

/** The digest of each layer version, or why it is not known. Never throws for an answer that was not had. */
export async function readLayers(
  api: LambdaApi,
  arns: Iterable<string>,
): Promise<ReadonlyMap<string, LayerEvidence>> {
  const found = new Map<string, LayerEvidence>();
  const queue = [...arns];
  const worker = async (): Promise<void> => {
    for (let arn = queue.shift(); arn !== undefined; arn = queue.shift()) {
      found.set(arn, await readLayer(api, arn));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

async function readLayer(api: LambdaApi, arn: string): Promise<LayerEvidence> {
  try {
    const answer = await describeLayer(api, arn);
    // A function goes on with a layer version that was deleted, and nobody can ask what was in it.
    if (answer === undefined) {
      return {
        doubt: { code: 'not-found', message: `the layer ${arn} was deleted; a function may still run it` },
      };
    }
    const digest = digestOfCodeSha256(answer.Content?.CodeSha256);
    if (digest !== undefined) return { digest };
    return { doubt: { code: 'unavailable', message: `Lambda does not say what is in the layer ${arn}` } };
  } catch (error) {
    return { doubt: doubtOf(error, `describe the layer ${arn}`) };
  }
}
