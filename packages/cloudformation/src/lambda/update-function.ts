import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { UpdateFunctionCodeRequest } from '@aws-sdk/client-lambda';
import {
  HoldfastError,
  parseArn,
  quote,
  type ArtifactStore,
  type StoreIdentity,
  type Version,
} from '@holdfast/core';
import { ask } from '../evidence/failures.js';
import { liesIn } from '../evidence/stack-arn.js';
import type { StackOutcome } from '../settlement/outcome.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { findDrift, type Drift } from './drift.js';
import { isRefusal } from './failures.js';
import { sameVersion } from './find-versions.js';
import { parseFunctionArn, parseFunctionName } from './names.js';
import { describeFunction, isAtRest } from './read-function.js';
import { settleFunction } from './settle-function.js';
import type { FunctionStore } from './store.js';

export const LATEST_CODE = '$LATEST.Code';

/** Milliseconds. */
const UPDATED_WITHIN_MS = 300_000;
const LONGEST_PAUSE_MS = 3_000;

export interface UpdateFunctionOptions {
  readonly store: FunctionStore & Pick<ArtifactStore, 'resolve' | 'locate' | 'pin'>;
  readonly lambda: LambdaApi;
  /** The account and region that `lambda` asks. */
  readonly place: () => Promise<StoreIdentity>;
  /** A function's name or ARN. */
  readonly function: string;
  /** An ARN of the store, or a short form of one. */
  readonly artifact: string;
  readonly repository?: string;
  /** Also publishes a version of the function. */
  readonly publish?: boolean;
  /** `keep` when absent: the storage mode that the function has. */
  readonly storageMode?: 'keep' | 'copy' | 'reference';
  /** How long to wait between two looks at the update, in milliseconds; doubled each time. */
  readonly pauseMs?: number;
}

export interface UpdateFunctionReport {
  readonly function: string;
  readonly version: Version;
  /** The ARN of the bookmark that led to the version. */
  readonly through?: string;
  readonly storageMode: 'COPY' | 'REFERENCE';
  /** The function's references after the update. */
  readonly settled: StackOutcome;
  /** Present when a stack made the function and its template says another code. */
  readonly drift?: Drift;
}

/**
 * Gives a function the code of a version, by its location. The version is pinned for the function first; afterwards the
 * function's references are what Lambda says.
 *
 * Throws `not-found` for a function or an artifact that is not there, `invalid-input` for a function that runs an image, and
 * `unavailable` when Lambda gave no definite answer: then the pin stays, until the function is settled on evidence.
 */
export async function updateFunction(options: UpdateFunctionOptions): Promise<UpdateFunctionReport> {
  const { store, lambda } = options;
  const name = await checkFunction(options);
  const { version, through } = await store.resolve(options.artifact, scopeOf(options));
  checkOwner(version, store.identity);
  const { region, bucket, key, objectVersion } = await store.locate(version);
  const before = await describeFunction(lambda, name);
  if (before === undefined) throw new HoldfastError('not-found', `there is no function ${quote(name)}`);
  if (before.Configuration?.PackageType === 'Image') {
    throw new HoldfastError('invalid-input', `${before.arn} runs a container image, not a zip`);
  }
  checkRegion(before.arn, region);
  const storageMode = storageModeOf(options, before.Code?.ResolvedS3Object !== undefined);
  const deployment = randomUUID();
  const bookmark = through === undefined ? undefined : bookmarkIn(through);
  const pin = { version, slot: LATEST_CODE, ...(bookmark === undefined ? {} : { bookmark }) };
  await store.pin({ consumer: before.arn, deployment, pins: [pin] });

  const settle = () => settleFunction({ ...options, arn: before.arn, finished: [deployment] });
  const revision = before.Configuration?.RevisionId;
  const request: UpdateFunctionCodeRequest = {
    FunctionName: before.arn,
    S3Bucket: bucket,
    S3Key: key,
    ...(objectVersion === undefined ? {} : { S3ObjectVersion: objectVersion }),
    // Left out it would mean COPY, and take a function out of the mode that it is in.
    S3ObjectStorageMode: storageMode,
    ...(options.publish === true ? { Publish: true } : {}),
    // Nobody else's update is overwritten unseen.
    ...(revision === undefined ? {} : { RevisionId: revision }),
  };
  try {
    await lambda.updateFunctionCode(request);
  } catch (error) {
    // Without an answer it may happen yet: then the pin stays.
    if (isRefusal(error)) {
      await settle();
      throw refused(before.arn, error);
    }
    return ask(`update the code of ${before.arn}`, () => Promise.reject(error as Error));
  }
  await waitUntilUpdated(options, before.arn, version);
  const settled = await settle();
  if (settled.undecided.length === 0 && !(await isReferenced(options, before.arn, version))) {
    throw new HoldfastError(
      'unavailable',
      `the reference of ${before.arn} on ${version.arn} was not registered`,
      {
        hint: `See what Lambda runs with: holdfast whatis ${before.arn}`,
      },
    );
  }
  const drift = await findDrift(options.store, before.Tags ?? {}, version);
  return {
    function: before.arn,
    version,
    ...(through === undefined ? {} : { through }),
    storageMode,
    settled,
    ...(drift === undefined ? {} : { drift }),
  };
}

/** A function's references are registered in the one store that is open. */
function checkOwner({ arn }: Version, identity: StoreIdentity): void {
  const owner = parseArn(arn);
  if (liesIn(owner, identity)) return;
  throw new HoldfastError(
    'unsupported',
    `${quote(arn)} is of another store, where the function would have no reference`,
    {
      hint: `Name that store: --store aws://${owner.account}/${owner.region}`,
    },
  );
}

function scopeOf({ repository }: UpdateFunctionOptions): { readonly repository?: string } {
  return repository === undefined ? {} : { repository };
}

/** The function as Lambda is asked for it. Throws `invalid-input` for what no function can be called, and for one elsewhere. */
async function checkFunction(options: UpdateFunctionOptions): Promise<string> {
  const text = options.function;
  const arn = parseFunctionArn(text);
  const name = arn ?? parseFunctionName(text);
  const qualifier = name?.qualifier;
  if (name === undefined || (qualifier !== undefined && qualifier !== '$LATEST')) {
    const why =
      name === undefined ? 'is not a function' : 'names a version or alias, whose code never changes';
    throw new HoldfastError('invalid-input', `${quote(text)} ${why}`, {
      hint: 'Give the name of a function, or its ARN.',
    });
  }
  if (arn !== undefined) {
    const place = await options.place();
    if (!liesIn(arn, place)) {
      const asked = `account ${place.account} and region ${place.region}, which are asked`;
      throw new HoldfastError('invalid-input', `${quote(text)} is not in ${asked}`);
    }
  }
  return name.name;
}

function checkRegion(function_: string, region: string): void {
  const own = parseFunctionArn(function_)?.region;
  if (own === undefined || own === region) return;
  throw new HoldfastError('invalid-input', `${function_} cannot take code from region ${quote(region)}`, {
    hint: `Use a store in ${own}.`,
  });
}

function storageModeOf(
  { storageMode = 'keep' }: UpdateFunctionOptions,
  byReference: boolean,
): 'COPY' | 'REFERENCE' {
  if (storageMode !== 'keep') return storageMode === 'reference' ? 'REFERENCE' : 'COPY';
  return byReference ? 'REFERENCE' : 'COPY';
}

function bookmarkIn(arn: string): string | undefined {
  const parsed = parseArn(arn);
  return parsed.type === 'bookmark' ? parsed.name : undefined;
}

function refused(arn: string, cause: unknown): HoldfastError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'no reason given';
  const name = cause instanceof Error ? cause.name : '';
  const changed = name === 'PreconditionFailedException' || name === 'ResourceConflictException';
  const code = changed ? 'conflict' : name.includes('AccessDenied') ? 'access-denied' : 'invalid-input';
  return new HoldfastError(code, `Lambda refused to update ${arn} (${reason})`, {
    ...(changed ? { hint: 'Somebody else is changing the function; look, and repeat it.' } : {}),
    cause,
  });
}

async function waitUntilUpdated(
  options: UpdateFunctionOptions,
  arn: string,
  version: Version,
): Promise<void> {
  const deadline = Date.now() + UPDATED_WITHIN_MS;
  for (let pause = options.pauseMs ?? 250; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const now = await describeFunction(options.lambda, arn);
    const { CodeSha256, LastUpdateStatus, LastUpdateStatusReason } = now?.Configuration ?? {};
    if (now === undefined) throw new HoldfastError('not-found', `${arn} was deleted while it was updated`);
    if (LastUpdateStatus === 'Failed') {
      const why = LastUpdateStatusReason ?? 'no reason given';
      throw new HoldfastError('unavailable', `the update of ${arn} failed: ${why}`);
    }
    if (isAtRest(now.Configuration ?? {})) {
      const digest = digestOfCodeSha256(CodeSha256);
      if (digest === version.digest) return;
      const got = `it runs ${digest ?? 'an unknown code'}, not ${version.digest}`;
      throw new HoldfastError('conflict', `somebody else updated ${arn} at the same time: ${got}`);
    }
    if (Date.now() > deadline) {
      throw new HoldfastError('unavailable', `the update of ${arn} was not over within five minutes`);
    }
    await setTimeout(pause);
  }
}

async function isReferenced(options: UpdateFunctionOptions, arn: string, version: Version): Promise<boolean> {
  const { references } = await options.store.consumer(arn);
  return references.some((it) => it.kind === 'reference' && sameVersion(it.version, version));
}
