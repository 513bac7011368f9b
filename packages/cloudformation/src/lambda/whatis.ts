import {
  HoldfastError,
  isDigest,
  looksLikeHoldfastArn,
  quote,
  type Digest,
  type StoreIdentity,
} from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import { describeStack } from '../evidence/read-evidence.js';
import { liesIn, parseStackArn } from '../evidence/stack-arn.js';
import type { Doubt } from '../evidence/types.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { versionFinder, type VersionFinder } from './find-versions.js';
import { identify, type IdentifiedCode, type IdentifyStore } from './identify.js';
import { parseFunctionArn, parseFunctionName, parseLayerArn } from './names.js';
import type { ResourceFinder } from './resource-finder.js';
import type { FindingStore } from './store.js';
import { identifyFunction, identifyLayer } from './whatis-function.js';
import { identifyResource, identifyStack } from './whatis-stack.js';

export interface WhatIsOptions {
  readonly store: FindingStore & IdentifyStore;
  readonly aws: () => Promise<WhatIsApis>;
  /** A function, layer version, stack, physical ID, digest, `CodeSha256`, or an ARN of the store. */
  readonly what: string;
  readonly repository?: string;
}

/** Whom to ask; opened only when AWS has to be asked. */
export interface WhatIsApis {
  readonly lambda: LambdaApi;
  readonly cloudFormation: CloudFormationApi;
  readonly resources: ResourceFinder;
}

export interface WhatIs {
  readonly kind: 'function' | 'layer' | 'stack' | 'resource' | 'content';
  /** Its ARN where it has one. */
  readonly name: string;
  readonly codes: readonly IdentifiedCode[];
  /** What could not be found out, and why. */
  readonly undecided: readonly Doubt[];
}

/** What the parts of this work with. */
export interface WhatIsContext extends WhatIsApis {
  readonly store: FindingStore & IdentifyStore;
  readonly finder: VersionFinder;
}

/**
 * Says which versions something runs. A code is known by the digest of its zip, so this needs no tag and no template, and works
 * for code that was deployed by any tool.
 *
 * Throws `not-found` for a definite absence, `invalid-input` for what lies in another account or region.
 */
export async function whatIs(options: WhatIsOptions): Promise<WhatIs> {
  const { store, what } = options;
  const finder = versionFinder(store);
  const digest = await digestNamed(options);
  if (digest !== undefined) {
    const versions = await identify(store, finder, digest, []);
    const code = { consumer: digest, slot: '', aliases: [], digest, versions };
    return { kind: 'content', name: digest, codes: [code], undecided: [] };
  }
  const context = { store, finder, ...(await options.aws()) };
  return what.startsWith('arn:') ? identifyArn(context, what) : identifyName(context, what);
}

/** The digest that the text is, or that an ARN of the store names. */
async function digestNamed({ store, what, repository }: WhatIsOptions): Promise<Digest | undefined> {
  if (isDigest(what)) return what;
  if (/^[0-9a-f]{64}$/.test(what)) return `sha256:${what}`;
  if (looksLikeHoldfastArn(what)) {
    return (await store.describe(what, repository === undefined ? {} : { repository })).digest;
  }
  return digestOfCodeSha256(what);
}

async function identifyArn(context: WhatIsContext, arn: string): Promise<WhatIs> {
  const asFunction = parseFunctionArn(arn);
  const place = asFunction ?? parseLayerArn(arn) ?? parseStackArn(arn);
  if (place !== undefined) await checkPlace(context, arn, place);
  const found =
    asFunction !== undefined
      ? await identifyFunction(context, asFunction.name, asFunction.qualifier)
      : parseLayerArn(arn) !== undefined
        ? await identifyLayer(context, arn)
        : parseStackArn(arn) !== undefined
          ? await stackNamed(
              context,
              parseStackArn(arn)?.unique === undefined ? parseStackArn(arn)!.name : arn,
            )
          : await identifyResource(context, arn);
  return found ?? notFound(context, arn);
}

/** A name may be that of a function, of a stack, or of any resource of a stack; the first that there is. */
async function identifyName(context: WhatIsContext, name: string): Promise<WhatIs> {
  const asFunction = parseFunctionName(name);
  const found =
    (asFunction && (await identifyFunction(context, asFunction.name, asFunction.qualifier))) ??
    (/^[A-Za-z][A-Za-z0-9-]*$/.test(name) ? await stackNamed(context, name) : undefined) ??
    (await identifyResource(context, name));
  return found ?? notFound(context, name);
}

async function stackNamed(context: WhatIsContext, stack: string): Promise<WhatIs | undefined> {
  const found = await describeStack(context.cloudFormation, stack);
  return found === undefined ? undefined : identifyStack(context, found.StackId);
}

async function checkPlace(context: WhatIsContext, arn: string, own: StoreIdentity): Promise<void> {
  const place = await context.cloudFormation.place();
  if (liesIn(own, place)) return;
  throw new HoldfastError(
    'invalid-input',
    `${quote(arn)} is not in account ${place.account} and region ${place.region}, which were asked`,
    { hint: 'Set AWS_REGION and AWS_PROFILE to where it is.' },
  );
}

async function notFound({ cloudFormation }: WhatIsContext, what: string): Promise<never> {
  const { account, region } = await cloudFormation.place();
  throw new HoldfastError(
    'not-found',
    `${quote(what)} is no function, layer version, stack or resource of a stack in account ${account} and region ${region}`,
  );
}
