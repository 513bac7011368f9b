import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { isHoldfastError, type Digest, type ReferenceRecord } from '@holdfast/core';
import { askFor } from '../evidence/failures.js';
import { itemsOf, withToken } from '../evidence/pages.js';
import { doubtOf } from '../evidence/read-evidence.js';
import type { Doubt } from '../evidence/types.js';
import { logicalIdOf } from '../settlement/uses.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { identify, type IdentifiedCode } from './identify.js';
import { stackConsumers } from './owner.js';
import { describeFunction } from './read-function.js';
import { describeLayer } from './read-layer.js';
import type { WhatIs, WhatIsContext } from './whatis.js';

export const FUNCTION_TYPE = 'AWS::Lambda::Function';
export const LAYER_TYPE = 'AWS::Lambda::LayerVersion';

/** The resources of a stack. Throws `access-denied` and `unavailable`. */
export async function resourcesOfStack(
  api: WhatIsContext['cloudFormation'],
  stackId: string,
): Promise<StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  const pages = itemsOf(async (token) => {
    const input = withToken({ StackName: stackId }, token);
    const page = await askFor(`list the resources of ${stackId}`, () => api.listStackResources(input));
    return { items: page?.StackResourceSummaries ?? [], next: page?.NextToken };
  });
  for await (const resource of pages) found.push(resource);
  return found;
}

/** What the functions and layers of a stack run, by their digests, and what else the stack holds by its references. */
export async function identifyStack(context: WhatIsContext, stackId: string): Promise<WhatIs> {
  const undecided: Doubt[] = [];
  const codes: IdentifiedCode[] = [];
  const running = new Map<string, Digest | undefined>();
  for (const resource of await resourcesOfStack(context.cloudFormation, stackId)) {
    try {
      const digest = await digestOfResource(context, resource);
      if (digest !== 'no code') running.set(resource.LogicalResourceId ?? '', digest);
    } catch (error) {
      undecided.push(doubtOf(error, `read the resource ${resource.LogicalResourceId ?? ''}`));
    }
  }
  for (const [logicalId, digest] of running) {
    codes.push(await codeOf(context, stackId, `${logicalId}.Code`, logicalId, digest));
  }
  for (const reference of await heldBy(context, stackId)) {
    // A function is what it runs, whatever its stack holds beside for a rollback.
    if (running.has(logicalIdOf(reference.slot))) continue;
    codes.push(await codeOfReference(context, stackId, reference));
  }
  return { kind: 'stack', name: stackId, codes: distinctSlots(codes), undecided };
}

/** A resource of a stack by its physical ID. Undefined when no stack has it. */
export async function identifyResource(
  context: WhatIsContext,
  physicalId: string,
): Promise<WhatIs | undefined> {
  const resource = await context.resources.find(physicalId);
  const { StackId: stackId, LogicalResourceId: logicalId } = resource ?? {};
  if (resource === undefined || stackId === undefined || logicalId === undefined) return undefined;
  const digest = await digestOfResource(context, resource);
  const held = (await heldBy(context, stackId)).filter(({ slot }) => logicalIdOf(slot) === logicalId);
  const codes =
    digest === 'no code'
      ? await Promise.all(held.map((reference) => codeOfReference(context, stackId, reference)))
      : [await codeOf(context, stackId, `${logicalId}.Code`, logicalId, digest)];
  return { kind: 'resource', name: `${logicalId} of ${stackId}`, codes: distinctSlots(codes), undecided: [] };
}

async function digestOfResource(
  { lambda }: WhatIsContext,
  {
    ResourceType: type,
    PhysicalResourceId: id,
  }: Pick<StackResourceSummary, 'ResourceType' | 'PhysicalResourceId'>,
): Promise<Digest | undefined | 'no code'> {
  if (id === undefined) return 'no code';
  if (type === FUNCTION_TYPE) {
    return digestOfCodeSha256((await describeFunction(lambda, id))?.Configuration?.CodeSha256);
  }
  if (type === LAYER_TYPE) return digestOfCodeSha256((await describeLayer(lambda, id))?.Content?.CodeSha256);
  return 'no code';
}

async function heldBy({ store }: WhatIsContext, stackId: string): Promise<ReferenceRecord[]> {
  const records = await Promise.all(stackConsumers(stackId).map((consumer) => store.consumer(consumer)));
  return records.flatMap(({ references }) => references).filter(({ kind }) => kind === 'reference');
}

async function codeOfReference(
  context: WhatIsContext,
  stackId: string,
  { slot, version }: ReferenceRecord,
): Promise<IdentifiedCode> {
  const { repository, id, number } = version;
  try {
    const { digest } = await context.store.describe(`${id}:${number}`, { repository });
    return await codeOf(context, stackId, slot, logicalIdOf(slot), digest);
  } catch (error) {
    if (!isHoldfastError(error) || error.code !== 'not-found') throw error;
    return codeOf(context, stackId, slot, logicalIdOf(slot), undefined);
  }
}

async function codeOf(
  { store, finder }: WhatIsContext,
  stackId: string,
  slot: string,
  logicalId: string,
  digest: Digest | undefined,
): Promise<IdentifiedCode> {
  const holders = stackConsumers(stackId).map((consumer) => ({ consumer, logicalId }));
  const versions = await identify(store, finder, digest, holders);
  return { consumer: stackId, slot, aliases: [], ...(digest === undefined ? {} : { digest }), versions };
}

function distinctSlots(codes: readonly IdentifiedCode[]): IdentifiedCode[] {
  return [...new Map(codes.map((code) => [`${code.slot} ${code.digest ?? ''}`, code])).values()];
}
