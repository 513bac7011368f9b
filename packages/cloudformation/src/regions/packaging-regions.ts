import { HoldfastError, type PinRequest, type ReplicaStore } from '@holdfast/core';
import type { PlaceOptions } from '../stack/place-artifacts.js';
import type { PackagingStore } from '../stack/store.js';

/** What packaging for several regions needs of one of them. */
export type RegionStore = Pick<
  ReplicaStore,
  'identity' | 'region' | 'resolve' | 'open' | 'ensure' | 'place' | 'pin' | 'close'
>;

/** The regions that one packaging is for, besides the store's own. */
export interface PackagingRegions extends Required<PlaceOptions> {
  /** Pins in the region's own catalog as well, so that the region protects its replicas by itself. */
  readonly pinIn: (region: string, request: PinRequest) => Promise<void>;
  /** Each region, opened. */
  open(region: string): Promise<RegionStore>;
  close(): Promise<void>;
}

/** Opens regions as they are first needed. Their replicas come into being as the versions are located there. */
export function packagingRegions(
  regions: readonly string[],
  openRegion: (region: string) => Promise<RegionStore>,
): PackagingRegions {
  const opened = new Map<string, Promise<RegionStore>>();
  const open = (region: string): Promise<RegionStore> => {
    const opening = opened.get(region) ?? openRegion(region);
    opened.set(region, opening);
    return opening;
  };
  return {
    regions,
    open,
    locate: async (version, region, ending) => (await open(region)).place(version, ending),
    pinIn: async (region, request) => (await open(region)).pin(request),
    close: async () => {
      for (const store of await Promise.allSettled(opened.values()))
        if (store.status === 'fulfilled') await store.value.close();
    },
  };
}

/**
 * What packaging can do while the home region gives no answer: use, by their version ARNs, the versions that every one of the regions has. What is to be
 * published, and what only the home region could tell, throws `unavailable`.
 */
export async function packagingWithoutHome(regions: PackagingRegions): Promise<PackagingStore> {
  const stores = await Promise.all(regions.regions.map((region) => regions.open(region)));
  const { identity } = stores[0]!;
  const unavailable = (what: string): HoldfastError =>
    new HoldfastError('unavailable', `${what}: the home region ${identity.region} gives no answer`, {
      hint: 'What has been published before can be used by its version ARN, where the region has a replica of it.',
    });
  return {
    identity,
    resolve: async (name, scope) => {
      const found = await Promise.all(stores.map((store) => store.resolve(name, scope)));
      return found[0]!;
    },
    open: (name, scope) => stores[0]!.open(name, scope),
    publishAll: async () => Promise.reject(unavailable('nothing can be published')),
    locate: async ({ id, number }) =>
      Promise.reject(unavailable(`${id}:${number} cannot be located in ${identity.region}`)),
    checkLocatable: async () => undefined,
    // The regions' own catalogs take the pins. At home each replica is pinned itself, and so keeps the version.
    pin: async () => undefined,
  };
}
