import { dirname, resolve } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { decideSettings, type Machine, type Settings } from '@holdfast/core/settings';
import type { OwnOptions } from './own-options.js';
import type { SamConfig } from './samconfig.js';

/** The settings of one run. */
export interface SamSettings extends Settings {
  /** The regions that the template is packaged for; the store's own when absent. */
  readonly regions?: readonly string[];
}

/** A store in AWS: what sam deploys, AWS must be able to read. */
const DEFAULT_STORE = 'aws:';

/** Each setting with its names: on the command line, in the environment, and in `[<env>.holdfast.parameters]`. */
const NAMES = {
  store: ['store', 'HOLDFAST_STORE', 'store'],
  repository: ['repository', 'HOLDFAST_REPOSITORY', 'repository'],
  idPrefix: ['idPrefix', 'HOLDFAST_ID_PREFIX', 'id_prefix'],
  storageMode: ['storageMode', 'HOLDFAST_STORAGE_MODE', 'storage_mode'],
  regions: ['regions', 'HOLDFAST_REGIONS', 'regions'],
} as const;

/**
 * Decides on the settings: an option before the command wins over the environment, that over the table `holdfast` of samconfig, that over
 * `holdfast.yaml`, that over the default, which is the store of the AWS account.
 *
 * Throws `invalid-input` naming the value that is wrong, and where it stands.
 */
export function decideSamSettings(
  own: OwnOptions,
  machine: Machine,
  { holdfast, file }: Pick<SamConfig, 'holdfast' | 'file'>,
): SamSettings {
  checkKeys(holdfast, file);
  const given = (name: keyof typeof NAMES): string | undefined => {
    const [option, variable, key] = NAMES[name];
    const fromEnvironment = machine.env[variable];
    if (own[option] !== undefined) return own[option];
    if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
    return textOf(holdfast[key], key, file);
  };
  const store = absoluteStore(given('store'), own, machine, file);
  const repository = given('repository');
  const idPrefix = given('idPrefix');
  const storageMode = given('storageMode');
  const regions = given('regions');
  if (storageMode !== undefined && storageMode !== 'copy' && storageMode !== 'reference') {
    throw new HoldfastError(
      'invalid-input',
      `the storage mode must be copy or reference, not ${quote(storageMode)}`,
    );
  }
  return {
    ...decideSettings(
      { ...(store === undefined ? {} : { store }), ...(repository === undefined ? {} : { repository }) },
      machine,
      DEFAULT_STORE,
    ),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(storageMode === undefined ? {} : { storageMode }),
    ...(regions === undefined ? {} : { regions: regions.split(',').filter((region) => region !== '') }),
  };
}

/** A relative `file:` store of samconfig starts from the folder of samconfig. */
function absoluteStore(
  store: string | undefined,
  own: OwnOptions,
  { env }: Machine,
  file: string | undefined,
): string | undefined {
  const fromFile = own.store === undefined && (env['HOLDFAST_STORE'] ?? '') === '';
  const path = fromFile ? /^file:(?!\/\/)(.+)$/s.exec(store ?? '')?.[1] : undefined;
  return path === undefined || file === undefined ? store : `file:${resolve(dirname(file), path)}`;
}

function textOf(value: unknown, key: string, file: string | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  throw new HoldfastError('invalid-input', `${key} of the table holdfast in ${quote(file)} must be text`);
}

function checkKeys(table: Readonly<Record<string, unknown>>, file: string | undefined): void {
  const keys: readonly string[] = Object.values(NAMES).map(([, , key]) => key);
  const unknown = Object.keys(table).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new HoldfastError(
    'invalid-input',
    `unknown key ${quote(unknown)} of the table holdfast in ${quote(file)}`,
    {
      hint: `The keys are ${keys.join(', ')}.`,
    },
  );
}
