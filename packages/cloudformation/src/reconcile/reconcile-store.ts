import type { LambdaApi } from '../lambda/api.js';
import { parseFunctionArn, parseLayerArn } from '../lambda/names.js';
import { reconcileFunctions } from '../lambda/reconcile-functions.js';
import type { FunctionStore } from '../lambda/store.js';
import { inOtherStores } from '../settlement/settle-others.js';
import type { MetElsewhere } from '../settlement/find-uses.js';
import type { SettlingStore } from '../settlement/store.js';
import { reconcileStacks, type ReconcileOptions, type ReconcileReport } from './reconcile-stacks.js';

export interface ReconcileStoreOptions extends ReconcileOptions {
  readonly store: SettlingStore & FunctionStore;
  /** Lambda of the account and region that `api` asks. */
  readonly lambda: LambdaApi;
  /** Opens Lambda for another region of the same account. Without it, functions there cannot be decided. */
  readonly openLambdaRegion?: (region: string) => Promise<LambdaApi>;
}

/**
 * Settles every stack that the store holds something for, then every function and layer version; with `all` also the others of the
 * account and region. What other stores hold for stacks of this account is settled with them. One report, whose `last` goes on from wherever it was ended. See {@link reconcileStacks} and
 * {@link reconcileFunctions}.
 */
export async function reconcileStore(options: ReconcileStoreOptions): Promise<ReconcileReport> {
  const { lambda, openLambdaRegion, after, ...rest } = options;
  const { dryRun = false } = rest;
  const elsewhere: MetElsewhere = new Set();
  const pastStacks =
    after !== undefined && (parseFunctionArn(after) !== undefined || parseLayerArn(after) !== undefined);
  const stacks: ReconcileReport = pastStacks
    ? { outcomes: [], doubts: [], complete: true }
    : await reconcileStacks({ ...rest, elsewhere, ...(after === undefined ? {} : { after }) });
  if (!stacks.complete) return stacks;
  const { openRegion: _, openAccount: __, api, ...shared } = rest;
  const functions = await reconcileFunctions({
    ...shared,
    lambda,
    place: () => api.place(),
    ...(openLambdaRegion === undefined ? {} : { openRegion: openLambdaRegion }),
    ...(pastStacks ? { after } : {}),
  });
  const last = functions.last ?? stacks.last ?? after;
  // Where they end says nothing of where the store's own go on.
  const { onLast: ___, ...stackOptions } = rest;
  const own = [options.store.identity.region];
  const regions = () => Promise.resolve(own);
  const others = await inOtherStores(
    options.store,
    { elsewhere, dryRun, regions, everywhere: true },
    (other) => reconcileStacks({ ...stackOptions, store: other, ownAccount: true, digests: new Map() }),
  );
  return {
    outcomes: [...stacks.outcomes, ...functions.outcomes, ...others.reports.flatMap((it) => it.outcomes)],
    doubts: [
      ...stacks.doubts,
      ...functions.doubts,
      ...others.reports.flatMap((it) => it.doubts),
      ...others.doubts,
    ],
    complete: functions.complete,
    ...(last === undefined ? {} : { last }),
  };
}
