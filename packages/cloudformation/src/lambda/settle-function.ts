import { randomUUID } from 'node:crypto';
import {
  HoldfastError,
  isHoldfastError,
  quote,
  type ReferenceRecord,
  type StoreIdentity,
} from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import { liesIn } from '../evidence/stack-arn.js';
import { undecided, type StackOutcome } from '../settlement/outcome.js';
import { notAsked, DEFAULT_PIN_LEASE_MS } from '../settlement/settle-stack.js';
import { asUse, distinct, useKey, type Use } from '../settlement/uses.js';
import type { LambdaApi } from './api.js';
import { digestOfCodeSha256 } from './code-sha256.js';
import { decideFunction, type FunctionFacts, type FunctionSettlement } from './decide-function.js';
import { sameVersion, versionFinder, type VersionFinder } from './find-versions.js';
import { functionConsumer, parseFunctionArn, parseLayerArn } from './names.js';
import { readFunction, type FunctionCode } from './read-function.js';
import { describeLayer } from './read-layer.js';
import type { FunctionStore } from './store.js';

/** How often it begins again when somebody else settled the same function in between. */
const ATTEMPTS = 5;

export interface SettleFunctionOptions {
  readonly store: FunctionStore;
  readonly lambda: LambdaApi;
  /** The account and region that `lambda` asks. */
  readonly place: () => Promise<StoreIdentity>;
  /** The ARN of a function, or of a layer version. */
  readonly arn: string;
  /** Deployments that whoever calls knows to be over. */
  readonly finished?: readonly string[];
  /** 24 hours when absent. */
  readonly pinLeaseMs?: number;
  readonly dryRun?: boolean;
  readonly clock?: () => Date;
  /** Lets several calls share what was looked up. */
  readonly finder?: VersionFinder;
}

/**
 * Makes the references of a function, or of a layer version, what Lambda says that it runs: `$LATEST`, every published version,
 * and their layers. Whoever deployed the code, and by whatever tool: it is known by its digest.
 *
 * Safe to repeat and to run at any time. It never throws for an answer that was not had. Throws `invalid-input` for the ARN of
 * anything else.
 */
export async function settleFunction(options: SettleFunctionOptions): Promise<StackOutcome> {
  const arn = parseFunctionArn(options.arn) ?? parseLayerArn(options.arn);
  if (arn === undefined) {
    throw new HoldfastError(
      'invalid-input',
      `${quote(options.arn)} is neither a function nor a layer version`,
    );
  }
  const consumer = functionConsumerOf(options.arn);
  try {
    const place = await options.place();
    if (!liesIn(arn, place)) return notAsked(consumer, place);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await settleOnce(options, consumer);
      } catch (error) {
        if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
      }
    }
  } catch (error) {
    return undecided(consumer, [doubtOf(error, `settle ${consumer}`)]);
  }
}

/** A layer version is a consumer by its own ARN, a function by that without qualifier. */
function functionConsumerOf(arn: string): string {
  return parseLayerArn(arn) === undefined ? functionConsumer(arn) : arn;
}

async function settleOnce(options: SettleFunctionOptions, consumer: string): Promise<StackOutcome> {
  const { store, dryRun = false } = options;
  // In this order: what is pinned after the evidence was read is not released by it.
  const { revision, references: held } = await store.consumer(consumer);
  const settlement = decideFunction(await gatherFacts(options, consumer, held));
  const { references, mode, releasePins, undecided: doubts, notes } = settlement;
  const known = new Set(held.filter(({ kind }) => kind === 'reference').map(useKey));
  const added = references.filter((use) => !known.has(useKey(use)));
  const released = leaving(held, settlement);
  const changes = added.length + released.length > 0;
  if (changes && !dryRun) {
    const deployment = options.finished?.[0] ?? randomUUID();
    await store.settle({ consumer, revision, deployment, references, mode, releasePins });
  }
  const result = doubts.length > 0 ? 'undecided' : changes ? 'settled' : 'unchanged';
  return { consumer, result, added, released, undecided: doubts, notes };
}

function leaving(held: readonly ReferenceRecord[], settlement: FunctionSettlement): ReferenceRecord[] {
  const listed = new Set(settlement.references.map(useKey));
  return held.filter((it) =>
    it.kind === 'pin'
      ? settlement.releasePins.includes(it.deployment)
      : settlement.mode === 'replace' && !listed.has(useKey(it)),
  );
}

async function gatherFacts(
  options: SettleFunctionOptions,
  consumer: string,
  held: readonly ReferenceRecord[],
): Promise<FunctionFacts> {
  const { store, lambda, finder = versionFinder(store) } = options;
  const over = overDeployments(options, held);
  if (parseLayerArn(consumer) === undefined) {
    const evidence = await readFunction(lambda, consumer);
    return { evidence, held, over, used: await usesOf(evidence?.codes ?? [], held, finder) };
  }
  const layer = await describeLayer(lambda, consumer);
  if (layer === undefined) return { evidence: undefined, held, over, used: [] };
  const digest = digestOfCodeSha256(layer.Content?.CodeSha256);
  const slot = 'Content';
  const dark = { slot, code: 'unavailable', message: `Lambda does not say what is in ${consumer}` };
  const code: FunctionCode = { slot, functionVersion: '', ...(digest === undefined ? {} : { digest }) };
  return {
    evidence: { arn: consumer, atRest: true, doubts: [], unknown: digest === undefined ? [dark] : [] },
    held,
    over,
    used: await usesOf([code], held, finder),
  };
}

/** The version that the slot holds already, else one that another slot of the same function holds, else the newest one of each repository that has the content. */
async function usesOf(
  codes: readonly FunctionCode[],
  held: readonly ReferenceRecord[],
  finder: VersionFinder,
): Promise<Use[]> {
  const uses: Use[] = [];
  for (const { slot, digest } of codes) {
    if (digest === undefined) continue;
    const versions = await finder(digest);
    const same = held.filter((it) => versions.some((version) => sameVersion(it.version, version)));
    const here = same.filter((it) => it.slot === slot);
    const own = (here.length > 0 ? here : same).map((it) => ({ ...asUse(it), slot }));
    const newest = [...Map.groupBy(versions, ({ repository }) => repository).values()].flatMap(
      ([first]) => first ?? [],
    );
    uses.push(
      ...(own.length > 0
        ? own
        : newest.map(({ repository, id, number }) => ({ slot, version: { repository, id, number } }))),
    );
  }
  return distinct(uses);
}

/** Deployments that were said to be over, or all of whose pins are past their lease. */
function overDeployments(
  { finished = [], pinLeaseMs = DEFAULT_PIN_LEASE_MS, clock = () => new Date() }: SettleFunctionOptions,
  held: readonly ReferenceRecord[],
): Set<string> {
  const begunBefore = clock().getTime() - pinLeaseMs;
  const pins = held.filter(({ kind }) => kind === 'pin');
  const young = new Set(
    pins.filter(({ since }) => Date.parse(since) > begunBefore).map(({ deployment }) => deployment),
  );
  return new Set([...finished, ...pins.map(({ deployment }) => deployment).filter((it) => !young.has(it))]);
}
