import { HoldfastError, mapBounded, quote, type Location, type Version } from '@holdfast/core';
import type { PlacedArtifact } from '../rewrite/locations.js';
import { needsLocation } from '../table/shapes.js';
import { keyEndingOf } from './key-ending.js';
import type { PackagedUse } from './publish-uses.js';
import type { PackagingStore } from './store.js';

export interface PlaceOptions {
  /** The regions that the template is for; the region of the store's location when absent. */
  readonly regions?: readonly string[];
  /** Says where a version is read in a region other than the store's own; with an ending, its key has to end in it. */
  readonly locate?: (version: Version, region: string, ending?: string) => Promise<Location>;
}

/** How many versions are located at once: what an engine can answer with one request. */
const AT_ONCE = 100;

const REGION = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;

/**
 * Throws `invalid-input` or `unsupported` when locations of these uses could not be found later: to be asked before anything is
 * published.
 * Uses of which only the ARN or the digest is written need none.
 */
export async function checkPlaceable(
  store: PackagingStore,
  uses: readonly Pick<PackagedUse, 'use'>[],
  { regions = [], locate }: PlaceOptions,
): Promise<void> {
  for (const region of regions) {
    if (!REGION.test(region))
      throw new HoldfastError('invalid-input', `region ${quote(region)} is not valid`);
  }
  if (!uses.some(({ use }) => needsLocation(use.shape))) return;
  if (locate === undefined) for (const region of regions) checkServed(store.identity.region, regions, region);
  await store.checkLocatable();
}

/** Finds the locations of all versions. Throws `unsupported` for a region in which the store has no content. */
export async function placeArtifacts(
  store: PackagingStore,
  uses: readonly PackagedUse[],
  options: PlaceOptions,
): Promise<Map<string, PlacedArtifact>> {
  const needed = uses.filter(({ use }) => needsLocation(use.shape));
  const wanted = new Map(needed.map((use) => [keyOf(use), use]));
  const found = new Map<string, Location[]>();
  await mapBounded([...wanted], AT_ONCE, async ([key, { use, version }]) => {
    found.set(key, await locationsOf(store, version, keyEndingOf(use, version), options));
  });
  return new Map(
    uses.map((item): [string, PlacedArtifact] => {
      const { use, version, bookmark } = item;
      const placed = {
        version: version.arn,
        digest: version.digest,
        locations: needsLocation(use.shape) ? found.get(keyOf(item))! : [],
      };
      return [use.slot, bookmark === undefined ? placed : { ...placed, bookmark }];
    }),
  );
}

/** Uses with the same key are read at the same place. */
function keyOf({ use, version }: PackagedUse): string {
  return `${version.arn} ${keyEndingOf(use, version) ?? ''}`;
}

async function locationsOf(
  store: PackagingStore,
  version: Version,
  ending: string | undefined,
  { regions, locate }: PlaceOptions,
): Promise<Location[]> {
  const locateHere = (): Promise<Location> => store.locate(version, ending === undefined ? {} : { ending });
  if (regions === undefined || regions.length === 0) return [await locateHere()];
  const found: Location[] = [];
  for (const region of new Set(regions)) {
    if (region !== store.identity.region && locate !== undefined) {
      found.push(await locate(version, region, ending));
      continue;
    }
    const own = await locateHere();
    checkServed(own.region, regions, region);
    found.push({ ...own, region });
  }
  return found;
}

/** A store that is tied to no region serves one region, whichever is named. */
function checkServed(own: string, regions: readonly string[], region: string): void {
  if (region === own || (own === 'local' && new Set(regions).size === 1)) return;
  throw new HoldfastError(
    'unsupported',
    `the store has its content in ${quote(own)}, not in ${quote(region)}`,
    { hint: 'Package for the region of the store, or use a store in that region.' },
  );
}
