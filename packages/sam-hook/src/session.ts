import type { CloudFormationApi } from '@holdfast/cloudformation';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { storeOptionsOf } from '@holdfast/core/settings';
import { readArguments, type SamArguments } from './arguments.js';
import { awsEnvironment } from './aws-environment.js';
import type { SamHost } from './host.js';
import { tell } from './messages.js';
import type { OwnOptions } from './own-options.js';
import { decideParameters, type SamParameters } from './parameters.js';
import type { ArgumentsOf } from './sam-options.js';
import { decideSamSettings, type SamSettings } from './settings.js';
import { loadCloudFormation } from './lazy-modules.js';

/** One run: what was said, by whom, and what follows from it. */
export interface SamSession {
  readonly host: SamHost;
  readonly own: OwnOptions;
  readonly given: SamArguments;
  readonly parameters: SamParameters;
  readonly settings: SamSettings;
  /** The environment for sam, and for Holdfast's own requests. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads everything that decides what a run does. Asks nobody, changes nothing. Throws `invalid-input` and `not-found`. */
export function prepareSession(
  command: ArgumentsOf,
  words: readonly string[],
  own: OwnOptions,
  host: SamHost,
): SamSession {
  const given = readArguments(command, words);
  const parameters = decideParameters(given, host);
  const settings = decideSamSettings(own, host, parameters.config);
  return {
    ...{ host, own, given, parameters, settings },
    env: { ...host.env, ...awsEnvironment(parameters, host.env) },
  };
}

/** Opens the settings' store, lets the task work with it, and closes it whatever happens. */
export async function withStore<T>(
  { settings, host, env }: SamSession,
  task: (store: ArtifactStore) => Promise<T>,
): Promise<T> {
  applyToAwsClients(env);
  const store = await openStore(settings.store, {
    ...storeOptionsOf(settings),
    onEvent: (event) => {
      if (event.type === 'warning') tell(host, `warning: ${event.message}`);
    },
  });
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}

/** Opens CloudFormation where sam deploys to, and closes it after the task. */
export async function withCloudFormation<T>(
  { env }: SamSession,
  task: (api: CloudFormationApi) => Promise<T>,
): Promise<T> {
  applyToAwsClients(env);
  const { openCloudFormation } = loadCloudFormation();
  const api = await openCloudFormation();
  try {
    return await task(api);
  } finally {
    api.close();
  }
}

/** The SDK reads the process's own environment, and so do the files of profiles that it reads. */
export function applyToAwsClients(env: SamSession['env']): void {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) {
    if (env[name] !== undefined) process.env[name] = env[name];
  }
}
