import type { PackageOptions } from '@holdfast/cloudformation';
import { HoldfastError, quote, type ArtifactStore } from '@holdfast/core';
import { loadCloudFormation } from './lazy-modules.js';
import type { SamSession } from './session.js';

/** How packaging finds its way in the regions that it is for. */
export interface Regional extends Pick<PackageOptions, 'regions' | 'locate' | 'pinIn'> {
  /** The region that this run deploys to, where it is not the store's own. */
  readonly region?: string;
}

/**
 * The regions that a template is packaged for: those that were named, else the one that is deployed to, where the store has its home in
 * another. Undefined when the store's own is all. Throws `invalid-input` when those that were named leave out the one that is deployed to. Pure.
 */
export function regionsToPackage(
  named: readonly string[] | undefined,
  deployed: string | undefined,
  home: string,
): readonly string[] | undefined {
  const [first] = named ?? [];
  if (first === undefined) return deployed === undefined || deployed === home ? undefined : [deployed];
  if (deployed !== undefined && !named!.includes(deployed)) {
    throw new HoldfastError(
      'invalid-input',
      `the regions ${named!.join(', ')} leave out ${quote(deployed)}, which this deploys to`,
      { hint: `Add it: --regions ${[...named!, deployed].join(',')}` },
    );
  }
  return named;
}

/** Lets the task package for the regions of the session. Replicas that come into being are kept from any sweep until it has pinned them. */
export async function withRegions<T>(
  { settings, env }: Pick<SamSession, 'settings' | 'env'>,
  store: ArtifactStore,
  task: (regional: Regional) => Promise<T>,
): Promise<T> {
  const named = settings.regions;
  // A store that is tied to no region serves whichever is named.
  if (!settings.store.startsWith('aws:')) return task(named === undefined ? {} : { regions: named });
  const region = env['AWS_REGION'];
  const regions = regionsToPackage(named, region, store.identity.region);
  if (regions === undefined) return task({});
  const { packagingRegions } = loadCloudFormation();
  const opened = packagingRegions(regions, (other) => store.inRegion(other));
  const { locate, pinIn } = opened;
  const away = region === undefined || region === store.identity.region ? {} : { region };
  try {
    return await task({ regions, locate, pinIn, ...away });
  } finally {
    await opened.close();
  }
}
