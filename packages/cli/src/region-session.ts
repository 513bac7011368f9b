import type { Command } from 'commander';
import type { ReplicaStore } from '@holdfast/core';
import { decideSettings, storeOptionsOf, type Settings } from '@holdfast/core/settings';
import type { GlobalOptions } from './global-options.js';
import { loadCore } from './lazy-modules.js';
import type { Output } from './output.js';
import type { Session } from './session.js';

/** What a command works with in a region that is not the store's home. */
export interface RegionWork {
  readonly store: ReplicaStore;
  readonly output: Output;
  readonly scope: { readonly repository?: string };
}

/** The settings of one run. */
export function settingsOf(command: Command, session: Session): Settings {
  return decideSettings(command.optsWithGlobals<GlobalOptions>(), session.host);
}

/** The home region of the store that the options name, without opening it. */
export async function homeRegion(command: Command, session: Session): Promise<string> {
  const settings = settingsOf(command, session);
  return loadCore().homeRegionOf(settings.store, storeOptionsOf(settings));
}

/** Opens the store as the region sees it, without asking the home region, lets the task work with it, and closes it whatever happens. */
export async function withRegion<T>(
  command: Command,
  session: Session,
  region: string,
  task: (work: RegionWork) => Promise<T>,
): Promise<T> {
  const settings = settingsOf(command, session);
  const output = session.output(command);
  const store = await openRegion(settings, region);
  try {
    const { repository } = settings;
    return await task({ store, output, scope: repository === undefined ? {} : { repository } });
  } finally {
    output.clearProgress();
    await store.close();
  }
}

export function openRegion(settings: Settings, region: string): Promise<ReplicaStore> {
  return loadCore().openReplicaStore(settings.store, region, storeOptionsOf(settings));
}

/**
 * Does the work with the home store, or when that cannot be opened for want of an answer, what is possible without it. Any other failure, and one in
 * the midst of the work, is thrown.
 */
export async function homeOrWithout<T>(
  withHome: (opened: () => void) => Promise<T>,
  without: (failure: Error) => Promise<T>,
): Promise<T> {
  const progress = { opened: false };
  try {
    return await withHome(() => {
      progress.opened = true;
    });
  } catch (error) {
    const { isHoldfastError } = loadCore();
    if (progress.opened || !isHoldfastError(error) || error.code !== 'unavailable') throw error;
    return without(error);
  }
}
