import type { Command } from 'commander';
import type { PackageOptions as PackagingOptions, PackagingStore } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import type { Settings } from '@holdfast/core/settings';
import { loadCloudFormation } from './lazy-modules.js';
import { checkRegions, inRegion, parseBuckets } from './region-buckets.js';
import { homeOrWithout, homeRegion, openRegion, settingsOf } from './region-session.js';
import type { Session, Work } from './session.js';

/** What the user said of regions. */
export interface RegionOptions {
  readonly bucket?: readonly string[];
  readonly regions?: readonly string[];
}

/** How packaging finds its way in the regions that it is for. */
export type Regional = Pick<PackagingOptions, 'regions' | 'locate' | 'pinIn'>;

/** What packaging works with: the store, or when its home region gives no answer, what the other regions have of it. */
export interface PackagingWork extends Omit<Work, 'store'> {
  readonly store: PackagingStore;
  readonly regional: Regional;
}

/** Opens what packaging needs, lets the task work with it, and closes it whatever happens. */
export async function withPackaging(
  command: Command,
  session: Session,
  options: RegionOptions,
  override: Partial<Settings>,
  task: (work: PackagingWork) => Promise<void>,
): Promise<void> {
  const settings = { ...settingsOf(command, session), ...override };
  const { regions = [] } = options;
  if (!settings.store.startsWith('aws:') || regions.length === 0) {
    await session.withStore(
      command,
      async (work) => task({ ...work, regional: bucketsOf(options, work.store) }),
      override,
    );
    return;
  }
  const { packagingRegions, packagingWithoutHome } = loadCloudFormation();
  await homeOrWithout(
    (opened) =>
      session.withStore(
        command,
        async (work) => {
          opened();
          const { store } = work;
          const regional = packagingRegions(regions, (region, version) =>
            version === undefined ? store.inRegion(region) : store.regionOf(version, region),
          );
          try {
            await task({ ...work, regional });
          } finally {
            await regional.close();
          }
        },
        override,
      ),
    async (failure) => {
      const home = await homeRegion(command, session);
      if (regions.includes(home)) throw failure;
      const output = session.output(command);
      output.warning(`${home} gives no answer; what ${regions.join(', ')} have is used`);
      const regional = packagingRegions(regions, (region) => openRegion(settings, region));
      try {
        const scope = settings.repository === undefined ? {} : { repository: settings.repository };
        const store = await packagingWithoutHome(regional);
        await task({ store, settings, output, scope, regional });
      } finally {
        await regional.close();
      }
    },
  );
}

/** The regions to package for, and where their buckets are, when each has its own. */
function bucketsOf({ bucket, regions }: RegionOptions, store: Pick<ArtifactStore, 'locate'>): Regional {
  const buckets = bucket === undefined ? undefined : parseBuckets(bucket);
  if (buckets === undefined || buckets.byRegion.size === 0) return regions === undefined ? {} : { regions };
  const wanted = regions ?? [...buckets.byRegion.keys()];
  checkRegions(wanted, buckets);
  return {
    regions: wanted,
    locate: async (version, region, ending) =>
      inRegion(await store.locate(version, ending === undefined ? {} : { ending }), region, buckets),
  };
}
