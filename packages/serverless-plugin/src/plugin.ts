import { COMMANDS, commandHooks } from './commands.js';
import { installDeploy } from './deploy/deploy-service.js';
import { installDeployFunction } from './functions/deploy-function.js';
import { installRollbackFunction } from './functions/roll-back-function.js';
import { installDeployList } from './history/list.js';
import { installRollback } from './history/roll-back.js';
import { withHostErrors } from './host/errors.js';
import { NO_BUCKET } from './host/no-bucket.js';
import type { Options, PluginOutput, Serverless } from './host/types.js';
import { localiseTemplate, normaliseArtifacts } from './package-service.js';
import { placeNamedArtifacts } from './packing/named-artifacts.js';
import { normaliseZip } from './packing/normalise-zip.js';
import { takeOverPacking, type Normalise } from './packing/take-over.js';
import { installRemove } from './remove-service.js';
import { createSession } from './session.js';
import { SETTINGS_SCHEMA } from './settings.js';

type Hook = (...args: unknown[]) => unknown;

/** The plugin as hosts load it: `plugins: ['@holdfast/serverless-plugin']`. */
export class HoldfastPlugin {
  readonly hooks: Readonly<Record<string, Hook>>;
  readonly commands = COMMANDS;
  readonly provider = 'aws';

  constructor(serverless: Serverless, options: Options, output: PluginOutput = {}) {
    serverless.configSchemaHandler?.defineCustomProperties?.(SETTINGS_SCHEMA);
    this.hooks = hooksOf(serverless, options, output);
  }
}

function hooksOf(serverless: Serverless, options: Options, output: PluginOutput): Record<string, Hook> {
  const session = createSession(serverless, output);
  let deploy: ReturnType<typeof installDeploy> | undefined;
  let rollback: ReturnType<typeof installRollback> | undefined;
  let remove: ReturnType<typeof installRemove> | undefined;
  let normalise: Normalise = normaliseZip;
  return {
    initialize: () => {
      // With a name here no host makes a bucket in the stack, and none looks for the account's.
      serverless.service.provider.deploymentBucket = NO_BUCKET;
      deploy = installDeploy(session);
      rollback = installRollback(session);
      remove = installRemove(session);
      installDeployList(session);
      normalise = takeOverPacking(serverless);
      installDeployFunction(session, normalise);
      installRollbackFunction(session);
    },
    'before:package:createDeploymentArtifacts': () =>
      withHostErrors(serverless, () => placeNamedArtifacts(serverless)),
    'before:package:function:package': () =>
      withHostErrors(serverless, () => placeNamedArtifacts(serverless)),
    'before:package:compileLayers': () =>
      withHostErrors(serverless, () => normaliseArtifacts(serverless, normalise)),
    'after:aws:package:finalize:mergeCustomProviderResources': () =>
      withHostErrors(serverless, () => localiseTemplate(serverless)),
    'before:aws:deploy:deploy:createStack': () => deploy?.beforeCreate(),
    'after:aws:deploy:deploy:updateStack': () => deploy?.afterUpdate(),
    'after:rollback:rollback': () => rollback?.afterRollback(),
    'after:remove:remove': () => remove?.afterRemove(),
    error: async () => {
      await deploy?.afterFailure();
      await rollback?.afterFailure();
      await session.close();
    },
    finalize: () => session.close(),
    ...commandHooks(session, options),
  };
}
