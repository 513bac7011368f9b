import { HoldfastError, quote } from '@holdfast/core';
import { identify, type Holder, type IdentifiedCode } from './identify.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { ownerOf, stackConsumers } from './owner.js';
import { readFunction, type FunctionCode, type FunctionEvidence } from './read-function.js';
import { describeLayer } from './read-layer.js';
import type { WhatIs, WhatIsContext } from './whatis.js';

/** A function's codes: `$LATEST` and every published version, or the one that the qualifier names. Undefined when there is none. */
export async function identifyFunction(
  context: WhatIsContext,
  name: string,
  qualifier?: string,
): Promise<WhatIs | undefined> {
  const evidence = await readFunction(context.lambda, name);
  if (evidence === undefined) return undefined;
  const wanted = qualified(evidence, qualifier);
  const codes = await Promise.all(wanted.map((code) => identifyCode(context, evidence, code)));
  const arn = qualifier === undefined ? evidence.arn : `${evidence.arn}:${qualifier}`;
  const shown = new Set(wanted.map(({ slot }) => slot));
  const unknown = evidence.unknown.filter(({ slot }) => shown.has(slot));
  const undecided = [
    ...evidence.doubts,
    ...unknown.map(({ slot, code, message }) => ({ code, message: `${slot}: ${message}` })),
  ];
  return { kind: 'function', name: arn, codes, undecided };
}

function qualified(evidence: FunctionEvidence, qualifier: string | undefined): readonly FunctionCode[] {
  if (qualifier === undefined) return evidence.codes;
  const versions = evidence.aliases.get(qualifier) ?? [qualifier];
  const found = evidence.codes.filter(({ functionVersion }) => versions.includes(functionVersion));
  if (found.length > 0) return found;
  const [doubt] = evidence.doubts;
  if (doubt !== undefined) throw new HoldfastError('unavailable', doubt.message);
  throw new HoldfastError('not-found', `${evidence.arn} has no version or alias ${quote(qualifier)}`);
}

async function identifyCode(
  { store, finder }: WhatIsContext,
  { arn, aliases, tags, resolved }: FunctionEvidence,
  { slot, functionVersion, digest }: FunctionCode,
): Promise<IdentifiedCode> {
  const owner = ownerOf(tags);
  const holders: Holder[] = [
    { consumer: arn },
    ...(owner === undefined
      ? []
      : stackConsumers(owner.stackId).map((consumer) => ({ consumer, logicalId: owner.logicalId }))),
  ];
  const isLatest = slot === '$LATEST.Code';
  return {
    consumer: arn,
    slot,
    aliases: [...aliases].flatMap(([name, versions]) => (versions.includes(functionVersion) ? [name] : [])),
    ...(digest === undefined ? {} : { digest }),
    ...(isLatest && resolved !== undefined ? { resolved } : {}),
    versions: await identify(store, finder, digest, holders, slot),
  };
}

/** A layer version's code. Undefined when there is none. */
export async function identifyLayer(
  { lambda, store, finder }: WhatIsContext,
  arn: string,
): Promise<WhatIs | undefined> {
  const layer = await describeLayer(lambda, arn);
  if (layer === undefined) return undefined;
  const digest = digestOfCodeSha256(layer.Content?.CodeSha256);
  const resolved = layer.Content?.ResolvedS3Object;
  const code: IdentifiedCode = {
    consumer: arn,
    slot: 'Content',
    aliases: [],
    ...(digest === undefined ? {} : { digest }),
    ...(resolved === undefined ? {} : { resolved }),
    versions: await identify(store, finder, digest, [{ consumer: arn }]),
  };
  return { kind: 'layer', name: arn, codes: [code], undecided: [] };
}
