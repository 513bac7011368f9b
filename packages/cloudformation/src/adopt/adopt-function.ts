import { HoldfastError, quote } from '@holdfast/core';
import { askFor } from '../lambda/failures.js';
import { digestOfCodeSha256 } from '../lambda/code-sha256.js';
import { parseLayerArn } from '../lambda/names.js';
import { readFunction, type FunctionCode, type FunctionEvidence } from '../lambda/read-function.js';
import { describeLayer } from '../lambda/read-layer.js';
import { settleFunction } from '../lambda/settle-function.js';
import type { StackOutcome } from '../settlement/outcome.js';
import { toArtifactId } from '../stack/artifact-ids.js';
import { adoptCodes, freshFinder, type FoundCode, type OpenedCode } from './adopt-code.js';
import { download } from './download.js';
import { provenanceOf } from './provenance-of.js';
import type { AdoptContext, AdoptReport } from './types.js';

/** Adopts a function's `$LATEST`, its published versions, and the layers of its own account. Undefined when there is none. */
export async function adoptFunction(
  context: AdoptContext,
  name: string,
  id = context.id ?? toArtifactId(name),
): Promise<AdoptReport | undefined> {
  const evidence = await readFunction(context.lambda, name);
  if (evidence === undefined) return undefined;
  const { adopted, failures } = await adoptCodes(context, codesOf(context, evidence, id));
  const settled = await settle(context, evidence.arn);
  return { adopted, settled: [settled], failures: [...evidence.doubts, ...failures] };
}

/** Adopts a layer version. Undefined when there is none. */
export async function adoptLayer(
  context: AdoptContext,
  arn: string,
  id = context.id ?? toArtifactId(parseLayerArn(arn)?.name ?? arn),
): Promise<AdoptReport | undefined> {
  const layer = await describeLayer(context.lambda, arn);
  if (layer === undefined) return undefined;
  const { adopted, failures } = await adoptCodes(context, [layerCode(context, arn, id)]);
  return { adopted, settled: [await settle(context, arn)], failures };
}

export function settle(context: AdoptContext, arn: string): Promise<StackOutcome> {
  const { store, lambda, cloudFormation } = context;
  const finder = freshFinder(context);
  return settleFunction({ store, lambda, finder, arn, place: () => cloudFormation.place() });
}

/** Each code once, however many of the function's versions have it. */
function codesOf(context: AdoptContext, evidence: FunctionEvidence, id: string): FoundCode[] {
  const account = evidence.arn.split(':')[4];
  const found = new Map<string, FoundCode>();
  for (const code of evidence.codes) {
    if (code.digest === undefined || found.has(code.digest)) continue;
    if (code.layer === undefined) found.set(code.digest, functionCode(context, evidence, code, id));
    else if (parseLayerArn(code.layer)?.account === account) {
      const layerId = toArtifactId(parseLayerArn(code.layer)?.name ?? code.layer);
      found.set(code.digest, layerCode(context, code.layer, layerId));
    }
  }
  return [...found.values()];
}

function functionCode(
  context: AdoptContext,
  { arn, tags }: FunctionEvidence,
  { functionVersion, digest }: FunctionCode,
  id: string,
): FoundCode {
  const from = functionVersion === '$LATEST' ? arn : `${arn}:${functionVersion}`;
  return {
    from,
    id,
    ...(digest === undefined ? {} : { digest }),
    provenance: functionVersion === '$LATEST' ? provenanceOf(tags) : {},
    async open() {
      const input = {
        FunctionName: arn,
        ...(functionVersion === '$LATEST' ? {} : { Qualifier: functionVersion }),
      };
      const answer = await askFor(`get the code of ${from}`, () => context.lambda.getFunction(input));
      // It may have been updated since it was listed: what comes is compared with what it is said to be now.
      return openLink(context, from, answer?.Code?.Location, answer?.Configuration?.CodeSha256);
    },
  };
}

function layerCode(context: AdoptContext, arn: string, id: string): FoundCode {
  return {
    from: arn,
    id,
    async open() {
      const content = (await describeLayer(context.lambda, arn))?.Content;
      return openLink(context, arn, content?.Location, content?.CodeSha256);
    },
  };
}

async function openLink(
  context: AdoptContext,
  from: string,
  url: string | undefined,
  codeSha256: string | undefined,
): Promise<OpenedCode> {
  const digest = digestOfCodeSha256(codeSha256);
  if (url === undefined || digest === undefined) {
    throw new HoldfastError('unavailable', `Lambda gave no link to the code of ${quote(from)}`);
  }
  return { stream: await download(url, digest, from, context.fetch) };
}
