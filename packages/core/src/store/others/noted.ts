import type { StoreIdentity } from '../../arn/index.js';
import type { VersionKey } from '../../model.js';
import type { ArtifactStore } from '../artifact-store.js';
import type { StoreContext } from '../context.js';
import { loadReplicate } from '../heavy-modules.js';
import type { ReplicaStore } from '../replicas/replica-store.js';
import { replicaStoreOf } from '../replicas/replicate.js';
import type { StoreOptions } from '../types.js';
import { HomeRegionStore, type RegionStore } from './home-region-store.js';
import { urlOf } from './other-stores.js';

/** A store of another account or region that may hold something for stacks of this one. What is opened is closed by whoever opened it. */
export interface OtherStore {
  readonly url: string;
  readonly openHome: () => Promise<ArtifactStore>;
  /** Its home region. */
  readonly region: string;
  /** What another region than its home has of it. Asks its home region for nothing. */
  readonly openReplicas: (region: string) => Promise<ReplicaStore>;
  /** Notes no more that it is used. Whoever calls has found that nothing here uses it. */
  readonly forget: () => Promise<void>;
}

/** The stores that are noted, none of them opened. */
export async function otherStores(
  context: StoreContext,
  openStore: (url: string, options: StoreOptions) => Promise<ArtifactStore>,
): Promise<OtherStore[]> {
  const urls = (await context.engine.noted?.list()) ?? [];
  const options = optionsOf(context);
  return urls.map((url) => ({
    url,
    region: url.slice(url.lastIndexOf('/') + 1),
    openHome: () => openStore(url, options),
    openReplicas: (region) => loadReplicate().openReplicaStore(url, region, options),
    forget: async () => context.engine.noted?.forget(url),
  }));
}

/** Only what leads somewhere from here is noted. */
export async function noteStores(
  { engine, others }: StoreContext,
  versions: Iterable<string>,
): Promise<void> {
  const owners = [...versions].flatMap((arn) => others?.ownerOf(arn) ?? []);
  for (const url of new Set(owners.map(urlOf))) await engine.noted?.note(url);
}

/** See {@link ArtifactStore.regionOf}. */
export async function regionOf(
  context: StoreContext,
  version: VersionKey,
  region: string,
): Promise<RegionStore> {
  const { others, identity } = context;
  const owner: StoreIdentity | undefined = others?.ownerOfVersion(version);
  if (others === undefined || owner === undefined)
    return identity.region === region ? new HomeRegionStore(context) : replicaStoreOf(context, region);
  if (owner.region === region) return new HomeRegionStore(await others.context(owner));
  return loadReplicate().openReplicaStore(urlOf(owner), region, { ...optionsOf(context), identity: owner });
}

function optionsOf({ by, clock, onEvent, recoveryWindowMs, leaseMs }: StoreContext): StoreOptions {
  return { by, clock, onEvent, recoveryWindowMs, leaseMs, existing: true };
}
