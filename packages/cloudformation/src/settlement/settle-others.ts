import { HoldfastError, isHoldfastError, type OtherStore } from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import type { Doubt } from '../evidence/types.js';
import type { MetElsewhere } from './find-uses.js';
import type { SettlingStore } from './store.js';

/** What came of one other store. */
export interface InOthers<Report> {
  readonly reports: readonly Report[];
  /** What could not be found out; each names its store. */
  readonly doubts: readonly Doubt[];
}

export interface OtherStoresOptions {
  /** Versions of other stores that the evidence named; their stores are noted. */
  readonly elsewhere: MetElsewhere;
  readonly dryRun: boolean;
  /** The regions of the stacks, whose replicas are settled; asked for only when there are other stores. */
  readonly regions: () => Promise<readonly string[]>;
  /** Whether every region that has replicas is settled, where the home region of a store says which. */
  readonly everywhere: boolean;
}

type Opened = SettlingStore & { close(): Promise<void> };

/**
 * Does the same in every other store that this account's stacks use versions of, and in what the regions of those stacks have replicas of. Each
 * catalog is settled by itself, from the same evidence: one that cannot be opened is a doubt, and stops none of the others.
 */
export async function inOtherStores<Report>(
  own: Pick<SettlingStore, 'otherStores' | 'noteStores'>,
  { elsewhere, dryRun, regions, everywhere }: OtherStoresOptions,
  work: (store: SettlingStore) => Promise<Report>,
): Promise<InOthers<Report>> {
  const reports: Report[] = [];
  const doubts: Doubt[] = [];
  const inOne = async <Store extends Opened>(
    url: string,
    open: () => Promise<Store>,
    further: (store: Store) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => {
    try {
      const store = await open();
      try {
        reports.push(await work(byStampsOnly(store)));
        await further(store);
      } finally {
        await store.close();
      }
    } catch (error) {
      doubts.push(doubtOf(inStore(error, url), `settle what is held in ${url}`));
    }
  };
  let others: readonly OtherStore[] = [];
  let wanted: readonly string[] = [];
  try {
    // A stack that somebody else packaged for, such as that of a stack set, is the first that tells of the stores that it uses.
    if (elsewhere.size > 0 && !dryRun) await own.noteStores?.(elsewhere);
    others = (await own.otherStores?.()) ?? [];
    if (others.length > 0) wanted = await regions();
  } catch (error) {
    doubts.push(doubtOf(error, 'find out which other stores are used'));
  }
  for (const { url, region: home, openHome, openReplicas } of others) {
    let known = wanted;
    await inOne(url, openHome, async (store) => {
      const there = await store.replicaRegions();
      known = everywhere ? there : there.filter((region) => wanted.includes(region));
    });
    for (const region of known.filter((it) => it !== home))
      await inOne(`${url}, its replicas in ${region}`, () => openReplicas(region));
  }
  return { reports, doubts };
}

/**
 * Another store as settling sees it. A location that no stamp explains is not looked up in all of its repositories: they are its owner's, and
 * what is held there already keeps what a location names.
 */
function byStampsOnly(store: SettlingStore): SettlingStore {
  return {
    identity: store.identity,
    consumer: (arn) => store.consumer(arn),
    settle: (request) => store.settle(request),
    bindPins: (from, deployment, to) => store.bindPins(from, deployment, to),
    listConsumers: () => store.listConsumers(),
    describe: (name, scope) => store.describe(name, scope),
    listRepositories: () => Promise.resolve([]),
  };
}

function inStore(error: unknown, url: string): unknown {
  if (!isHoldfastError(error)) return error;
  const ended = error.code === 'access-denied' || error.code === 'not-found';
  const [store = url] = url.split(',');
  const end = ended
    ? `; if nothing here uses it any more, end this with: holdfast share forget ${store}`
    : '';
  return new HoldfastError(error.code, `${url}: ${error.message}${end}`, { cause: error });
}
