import { HoldfastError } from '@holdfast/core';
import { currentMachine, decideSettings, type Settings } from '@holdfast/core/settings';
import type { Serverless } from './host/types.js';

/** `custom.holdfast`, as {@link SETTINGS_SCHEMA} lets it through. */
export interface CustomSettings {
  readonly store?: string;
  readonly repository?: string;
  readonly idPrefix?: string;
  readonly storageMode?: 'copy' | 'reference';
  readonly regions?: readonly string[];
  readonly keepTemplates?: number;
  readonly tags?: boolean;
}

/** How many deployments can be rolled back to when nothing else is said; the hosts' own number. */
const KEEP_TEMPLATES = 5;

export const SETTINGS_SCHEMA = {
  type: 'object',
  properties: {
    holdfast: {
      type: 'object',
      properties: {
        store: { type: 'string', pattern: '^[a-z]+:' },
        repository: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,31}$' },
        idPrefix: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]*$' },
        storageMode: { type: 'string', enum: ['copy', 'reference'] },
        regions: { type: 'array', items: { type: 'string' }, minItems: 1 },
        keepTemplates: { type: 'integer', minimum: 1, maximum: 100 },
        tags: { type: 'boolean' },
      },
      additionalProperties: false,
    },
  },
} as const;

export interface PluginSettings extends Settings {
  readonly region: string;
  readonly regions?: readonly string[];
  readonly keepTemplates: number;
  readonly tags: boolean;
}

/**
 * `custom.holdfast` wins over the environment and `holdfast.yaml`; where nobody names a store it is the one of the service's account
 * and region. Throws `invalid-input` for a store that AWS services cannot read from.
 */
export function settingsOf(
  serverless: Pick<Serverless, 'service' | 'serviceDir' | 'getProvider'>,
): PluginSettings {
  const { service, serviceDir } = serverless;
  const custom = (service.custom?.holdfast ?? {}) as CustomSettings;
  const { store, repository, idPrefix, regions } = custom;
  const given = {
    ...(store === undefined ? {} : { store }),
    ...(repository === undefined ? {} : { repository }),
  };
  const settings = decideSettings(given, { ...currentMachine(), cwd: serviceDir }, 'aws:');
  if (!settings.store.startsWith('aws:')) {
    throw new HoldfastError('invalid-input', `the store ${settings.store} cannot be deployed from`, {
      hint: 'Serverless deploys from the store of the AWS account: leave "store" out, or write aws: or aws://<account>/<region>.',
    });
  }
  const { deploymentBucketObject: bucket } = service.provider;
  const byReference = bucket?.codeStorageMode === 'reference' ? 'reference' : undefined;
  const storageMode = custom.storageMode ?? settings.storageMode ?? byReference;
  return {
    ...settings,
    region: serverless.getProvider('aws').getRegion(),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(storageMode === undefined ? {} : { storageMode }),
    ...(regions === undefined ? {} : { regions }),
    keepTemplates: custom.keepTemplates ?? bucket?.maxPreviousDeploymentArtifacts ?? KEEP_TEMPLATES,
    tags: custom.tags ?? true,
  };
}

/** What artifact IDs begin with: the stack's name unless something else is said. */
export function idPrefixOf(serverless: Pick<Serverless, 'service' | 'serviceDir' | 'getProvider'>): string {
  return settingsOf(serverless).idPrefix ?? serverless.getProvider('aws').naming.getStackName();
}
