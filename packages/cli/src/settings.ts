import { resolve } from 'node:path';
import { findConfiguration } from './config-file.js';
import type { FileConfiguration } from './config-schema.js';
import { defaultStoreUrl } from './default-store.js';
import type { Host } from './host.js';
import { UsageError } from './usage-error.js';

/** What the options, the environment and the configuration file say together. */
export interface Settings extends Omit<FileConfiguration, 'store'> {
  readonly store: string;
}

/** Options that every command has. */
export interface GlobalOptions {
  readonly store?: string;
  readonly repository?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
}

/**
 * Decides on the settings: an option wins over the environment, that over `holdfast.yaml`, that over the default.
 *
 * A relative `file:` store starts from the folder of whoever names it: the configuration file's, or the current one.
 */
export function decideSettings(options: GlobalOptions, host: Host): Settings {
  const found = findConfiguration(host.cwd);
  const { store: fromFile, ...values } = found?.values ?? {};
  const named = options.store ?? host.env['HOLDFAST_STORE'];
  const given = named === '' ? undefined : named;
  if (options.store === '') throw new UsageError('--store is empty', 'Give a URL such as file:.holdfast.');
  return {
    ...values,
    ...(options.repository === undefined ? {} : { repository: options.repository }),
    store:
      given !== undefined
        ? absolute(given, host.cwd)
        : fromFile !== undefined
          ? absolute(fromFile, found?.folder ?? host.cwd)
          : defaultStoreUrl(host),
  };
}

function absolute(url: string, folder: string): string {
  const path = /^file:(?!\/\/)(.+)$/s.exec(url)?.[1];
  return path === undefined ? url : `file:${resolve(folder, path)}`;
}
