import { HoldfastError, quote } from '@holdfast/core';
import { liesIn, parseStackArn } from '../evidence/stack-arn.js';
import { parseFunctionArn, parseFunctionName, parseLayerArn } from '../lambda/names.js';
import { adoptBucket } from './adopt-bucket.js';
import { adoptFunction, adoptLayer } from './adopt-function.js';
import { adoptStack } from './adopt-stack.js';
import type { AdoptContext, AdoptReport } from './types.js';

/**
 * Takes code that runs already into the repository, and registers who uses it. Nothing is deployed and nothing that is in use is
 * changed: functions and stacks go on with the code from where they have it.
 *
 * `what` is a function, a layer version's ARN, `s3://bucket/prefix`, or a stack. Throws `not-found` for a definite absence. What
 * could not be adopted of several is in the report.
 */
export async function adopt(context: AdoptContext, what: string): Promise<AdoptReport> {
  if (what.startsWith('s3://')) return adoptBucket(context, what);
  const name = await nameHere(context, what);
  const report = (await adoptLambda(context, name)) ?? (await adoptStackNamed(context, name));
  if (report !== undefined) return report;
  throw new HoldfastError('not-found', `there is no function, layer version or stack ${quote(what)}`);
}

async function adoptLambda(context: AdoptContext, name: Name): Promise<AdoptReport | undefined> {
  if (name.layer !== undefined) return adoptLayer(context, name.layer);
  return name.function === undefined ? undefined : adoptFunction(context, name.function);
}

async function adoptStackNamed(context: AdoptContext, { stack }: Name): Promise<AdoptReport | undefined> {
  return stack === undefined ? undefined : adoptStack(context, stack);
}

interface Name {
  readonly function?: string;
  readonly layer?: string;
  readonly stack?: string;
}

/** What the text may name. Throws `invalid-input` for what lies elsewhere, or can be none of them. */
async function nameHere({ cloudFormation }: AdoptContext, what: string): Promise<Name> {
  const asFunction = parseFunctionArn(what);
  const asLayer = parseLayerArn(what);
  const asStack = parseStackArn(what);
  const arn = asFunction ?? asLayer ?? asStack;
  if (arn !== undefined) {
    const place = await cloudFormation.place();
    if (!liesIn(arn, place)) {
      const asked = `account ${place.account} and region ${place.region}, which were asked`;
      throw new HoldfastError('invalid-input', `${quote(what)} is not in ${asked}`);
    }
    if (asFunction !== undefined) return { function: asFunction.name };
    return asLayer === undefined
      ? { stack: asStack?.unique === undefined ? arn.name : what }
      : { layer: what };
  }
  const named = parseFunctionName(what);
  if (named?.qualifier === undefined && named !== undefined)
    return { function: named.name, stack: named.name };
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(what)) return { stack: what };
  throw new HoldfastError('invalid-input', `${quote(what)} is no function, layer version, bucket or stack`, {
    hint: 'Give a name, an ARN, or s3://bucket/prefix.',
  });
}
