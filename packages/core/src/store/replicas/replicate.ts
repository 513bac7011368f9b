import { openReplicas } from '../../engines/open-replicas.js';
import { isHoldfastError } from '../../errors.js';
import type { Location, Version } from '../../model.js';
import { completed, openContext, type StoreContext } from '../context.js';
import { resolveNamed } from '../resolve.js';
import { knownReplicas } from './known-replicas.js';
import { rememberReplicas, type RememberReport } from './remember-replicas.js';
import { ReplicaStore } from './replica-store.js';
import type { StoreOptions } from '../types.js';

/** What a region has of a version. */
export interface ReplicaReport {
  readonly region: string;
  /** `home`: the version's own region; `made`: by this call; `existing`: it was there. */
  readonly outcome: 'home' | 'made' | 'existing';
  /** Where AWS services read it; absent for an embedded store, whose buckets are named elsewhere. */
  readonly location?: Location;
}

/** The store as another of its regions sees it. Closing it closes nothing else; the home store stays open. */
export async function replicaStoreOf(home: StoreContext, region: string): Promise<ReplicaStore> {
  const engine = await openReplicas(home.engine.url, region, { identity: home.identity });
  return new ReplicaStore(engine, async () => home, home);
}

/** The same, without asking the home region for anything before it is needed. */
export async function openReplicaStore(
  url: string,
  region: string,
  options: StoreOptions = {},
): Promise<ReplicaStore> {
  const { bucket: _, ...others } = options;
  const engine = await openReplicas(url, region, others);
  let home: Promise<StoreContext> | undefined;
  const openHome = async (): Promise<StoreContext> => {
    home ??= openContext(url, options);
    try {
      return await home;
    } catch (error) {
      home = undefined;
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    const opened = await home?.catch(() => undefined);
    await opened?.replicas?.close();
    await opened?.engine.catalog.close();
  };
  return new ReplicaStore(engine, openHome, completed(options), close);
}

/** Sees to it that a version can be used in each of the regions. Throws what a region's replica failed with; what others have stays. */
export async function replicate(
  home: StoreContext,
  name: string,
  repository: string,
  regions: readonly string[],
): Promise<{ readonly version: Version; readonly replicas: readonly ReplicaReport[] }> {
  const { version } = await resolveNamed(home, name, repository);
  const replicas = await Promise.all(
    [...new Set(regions)].map((region) => replicateTo(home, version, region)),
  );
  return { version, replicas };
}

async function replicateTo(home: StoreContext, version: Version, region: string): Promise<ReplicaReport> {
  if (region === home.identity.region) return { region, outcome: 'home' };
  const store = await replicaStoreOf(home, region);
  try {
    const outcome = (await store.find(version)) === undefined ? 'made' : 'existing';
    await store.ensure(version);
    const location = await placeOf(store, version);
    return { region, outcome, ...(location === undefined ? {} : { location }) };
  } finally {
    await store.close();
  }
}

/** Undefined where no bucket is configured. */
export async function placeOf(store: ReplicaStore, version: Version): Promise<Location | undefined> {
  try {
    return await store.locate(version);
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'invalid-input') return undefined;
    throw error;
  }
}

/** The regions in which the store has replicas, or is getting some, in order. */
export async function regionsWithReplicas(home: StoreContext): Promise<string[]> {
  return [...new Set((await knownReplicas(home)).map(({ region }) => region))].sort();
}

/** See {@link rememberReplicas}. */
export async function rememberIn(home: StoreContext, region: string): Promise<RememberReport> {
  const replicas = await openReplicas(home.engine.url, region, { identity: home.identity });
  try {
    return await rememberReplicas(home, replicas);
  } finally {
    await replicas.catalog.close();
  }
}
