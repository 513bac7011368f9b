import { resolve } from 'node:path';
import { HoldfastError } from '../errors.js';
import type { StoreOptions } from '../store/types.js';
import { findConfiguration } from './configuration-file.js';
import type { FileConfiguration } from './configuration.js';
import { defaultStoreUrl } from './default-store.js';
import type { Machine } from './machine.js';

/** What the options, the environment and the configuration file say together. */
export interface Settings extends Omit<FileConfiguration, 'store'> {
  readonly store: string;
}

/** What was said for this one run, such as on a command line. */
export interface GivenSettings {
  readonly store?: string;
  readonly repository?: string;
}

/**
 * Decides on the settings: an option wins over the environment, that over `holdfast.yaml`, that over the default.
 *
 * `HOLDFAST_STORE` is the environment's word. Throws `invalid-input` for an empty URL, and for a configuration file that
 * cannot be read or is not valid.
 *
 * A relative `file:` store starts from the folder of whoever names it: the configuration file's, or the current one.
 *
 * @param fallback the URL of the store when nobody names one; a folder on this machine when absent
 */
export function decideSettings(
  options: GivenSettings,
  machine: Machine,
  fallback = defaultStoreUrl(machine),
): Settings {
  const found = findConfiguration(machine.cwd);
  const { store: fromFile, ...values } = found?.values ?? {};
  const named = options.store ?? machine.env['HOLDFAST_STORE'];
  const given = named === '' ? undefined : named;
  if (options.store === '')
    throw new HoldfastError('invalid-input', 'the URL of the store is empty', {
      hint: 'Give a URL such as file:.holdfast.',
    });
  return {
    ...values,
    ...(options.repository === undefined ? {} : { repository: options.repository }),
    store:
      given !== undefined
        ? absolute(given, machine.cwd)
        : fromFile !== undefined
          ? absolute(fromFile, found?.folder ?? machine.cwd)
          : fallback,
  };
}

/** The options to open the settings' store with. */
export function storeOptionsOf(settings: Settings): StoreOptions {
  const { bucket, region, account, recoveryWindowMs, caller, callerOrgPath: path } = settings;
  const context =
    path === undefined
      ? {}
      : { 'aws:PrincipalOrgID': path.slice(0, path.indexOf('/')), 'aws:PrincipalOrgPaths': [path] };
  return {
    ...(caller === undefined ? {} : { caller: { arn: caller, context } }),
    identity: { ...(region === undefined ? {} : { region }), ...(account === undefined ? {} : { account }) },
    ...(bucket === undefined ? {} : { bucket }),
    ...(recoveryWindowMs === undefined ? {} : { recoveryWindowMs }),
  };
}

function absolute(url: string, folder: string): string {
  const path = /^file:(?!\/\/)(.+)$/s.exec(url)?.[1];
  return path === undefined ? url : `file:${resolve(folder, path)}`;
}
