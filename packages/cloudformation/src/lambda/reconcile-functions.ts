import type { ArtifactStore, StoreIdentity } from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import { liesIn } from '../evidence/stack-arn.js';
import type { Doubt } from '../evidence/types.js';
import { DEFAULT_CONCURRENCY, inOrder } from '../reconcile/in-order.js';
import type { ReconcileReport } from '../reconcile/reconcile-stacks.js';
import { undecided, type StackOutcome } from '../settlement/outcome.js';
import type { LambdaApi } from './api.js';
import { versionFinder, type VersionFinder } from './find-versions.js';
import { listFunctions, type ListedFunction } from './list-functions.js';
import { parseFunctionArn, parseLayerArn } from './names.js';
import { readLayers, type LayerEvidence } from './read-layer.js';
import { settleFunction, type SettleFunctionOptions } from './settle-function.js';

export type ReconcileFunctionsOptions = Omit<SettleFunctionOptions, 'arn' | 'store'> & {
  readonly store: SettleFunctionOptions['store'] & Pick<ArtifactStore, 'listConsumers'>;
  /**
   * Also every other function of the account and region that runs a content of the store in any of its versions, whoever deployed
   * it: a published version goes on with a code that its stack has long replaced.
   */
  readonly all?: boolean;
  /** How many functions are read at once; 8 when absent. */
  readonly concurrency?: number;
  /** Opens a client for another region of the same account. Without it, functions there cannot be decided. */
  readonly openRegion?: (region: string) => Promise<LambdaApi>;
  /** From an earlier report's `last`: what comes up to it is left out. */
  readonly after?: string;
  /** Called with each outcome as it comes. */
  readonly onOutcome?: (outcome: StackOutcome) => void;
  /** Called with what `last` would be if the work ended now, whenever it has changed. */
  readonly onLast?: (last: string) => void;
  /** Ends the work after those that are being settled. */
  readonly signal?: AbortSignal;
};

/**
 * Settles every function and layer version that the store holds something for, and with `all` every other function that runs
 * what the store has.
 *
 * Safe to repeat and to interrupt. It never throws for an answer that was not had. Throws when the store itself cannot be read.
 */
export async function reconcileFunctions(options: ReconcileFunctionsOptions): Promise<ReconcileReport> {
  const { store, lambda, all = false, after = '', concurrency = DEFAULT_CONCURRENCY } = options;
  const finder = options.finder ?? versionFinder(store);
  const consumers = new Set<string>();
  for await (const arn of store.listConsumers()) {
    if (parseFunctionArn(arn) !== undefined || parseLayerArn(arn) !== undefined) consumers.add(arn);
  }
  const doubts: Doubt[] = [];
  let listed: ReadonlyMap<string, ListedFunction> = new Map();
  let layers: ReadonlyMap<string, LayerEvidence> = new Map();
  if (all) {
    try {
      listed = await listFunctions(lambda);
      const strangers = [...listed.values()].filter(({ arn }) => !consumers.has(arn));
      layers = await readLayers(lambda, new Set(strangers.flatMap((it) => [...it.layers])));
    } catch (error) {
      doubts.push(doubtOf(error, 'list the functions'));
    }
  }
  const targets = [...new Set([...consumers, ...listed.keys()])].filter((arn) => arn > after).toSorted();
  const outcomes: StackOutcome[] = [];
  const regions = regionsOf(options);
  let done: number;
  try {
    const { signal, onLast } = options;
    const onFront = (front: number): void => onLast?.(targets[front - 1]!);
    done = await inOrder(targets, { concurrency, signal, onFront }, async (arn) => {
      const outcome = await settleOne(arn);
      if (outcome === undefined) return;
      outcomes.push(outcome);
      options.onOutcome?.(outcome);
    });
  } finally {
    await regions.close();
  }
  const last = targets[done - 1] ?? options.after;
  return { outcomes, doubts, complete: done === targets.length, ...(last === undefined ? {} : { last }) };

  async function settleOne(arn: string): Promise<StackOutcome | undefined> {
    try {
      const stranger = consumers.has(arn) ? undefined : listed.get(arn);
      if (stranger !== undefined && !(await runsOurs(stranger, layers, finder))) return undefined;
      return await settleFunction({ ...options, ...(await regions.of(arn)), finder, arn });
    } catch (error) {
      return undecided(arn, [doubtOf(error, `settle ${arn}`)]);
    }
  }
}

/** Whether any version of a function runs a content of the store. */
async function runsOurs(
  { digests, layers: used }: ListedFunction,
  layers: ReadonlyMap<string, LayerEvidence>,
  finder: VersionFinder,
): Promise<boolean> {
  const inLayers = [...used].flatMap((arn) => layers.get(arn)?.digest ?? []);
  for (const digest of [...digests, ...inLayers]) if ((await finder(digest)).length > 0) return true;
  return false;
}

type Asked = Pick<SettleFunctionOptions, 'lambda' | 'place'>;

/** Whom to ask about a function: one client for each region of the account. */
function regionsOf({ lambda, place, openRegion }: ReconcileFunctionsOptions) {
  const opened = new Map<string, Promise<LambdaApi>>();
  return {
    async of(arn: string): Promise<Asked> {
      const home = await place();
      const there: StoreIdentity = parseFunctionArn(arn) ?? parseLayerArn(arn) ?? home;
      const { region } = there;
      if (region === home.region || openRegion === undefined || !liesIn(there, { ...home, region }))
        return { lambda, place };
      const client = opened.get(region) ?? openRegion(region);
      opened.set(region, client);
      return { lambda: await client, place: () => Promise.resolve({ ...home, region }) };
    },
    async close(): Promise<void> {
      for (const client of await Promise.allSettled(opened.values()))
        if (client.status === 'fulfilled') client.value.close();
    },
  };
}
