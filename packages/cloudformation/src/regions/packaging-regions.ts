import {
  HoldfastError,
  type PinRequest,
  type RegionStore,
  type Version,
  type VersionKey,
} from '@holdfast/core';
import type { PlaceOptions } from '../stack/place-artifacts.js';
import type { PackagingStore } from '../stack/store.js';

/** The regions that one packaging is for, besides the store's own. */
export interface PackagingRegions extends Required<PlaceOptions> {
  /** Pins in the region's own catalog as well, so that the region protects its replicas by itself. */
  readonly pinIn: (region: string, request: PinRequest) => Promise<void>;
  /** Each region, opened: what it has of the store that the version is of, or of the own store. */
  open(region: string, version?: Version): Promise<RegionStore>;
  close(): Promise<void>;
}

/** Opens regions as they are first needed. Their replicas come into being as the versions are located there. */
export function packagingRegions(
  regions: readonly string[],
  openRegion: (region: string, version?: Version) => Promise<RegionStore>,
): PackagingRegions {
  const opened = new Map<string, Promise<RegionStore>>();
  const open = (region: string, version?: Version): Promise<RegionStore> => {
    const key = `${region} ${version === undefined ? '' : storeOf(version)}`;
    const opening = opened.get(key) ?? openRegion(region, version);
    opened.set(key, opening);
    return opening;
  };
  return {
    regions,
    open,
    locate: async (version, region, ending) => (await open(region, version)).place(version, ending),
    pinIn: async (region, request) => {
      const groups = Map.groupBy(request.pins, ({ version }) => (hasArn(version) ? storeOf(version) : ''));
      for (const pins of groups.values()) {
        const { version } = pins[0]!;
        await (await open(region, hasArn(version) ? version : undefined)).pin({ ...request, pins });
      }
    },
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

function hasArn(version: VersionKey): version is Version {
  return 'arn' in version;
}

/** The part of a version's ARN that says which store it is of. */
function storeOf({ arn }: Version): string {
  return arn.split(':').slice(0, 5).join(':');
}
