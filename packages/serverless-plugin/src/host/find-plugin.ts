import type {
  DeployFunctionPlugin,
  DeployListPlugin,
  DeployPlugin,
  PackagePlugin,
  RemovePlugin,
  RollbackFunctionPlugin,
  RollbackPlugin,
  Serverless,
} from './types.js';

/** By what each of the host's plugins is known. Class names are of no use: Serverless 4 is bundled, and its names are short. */
const METHODS = {
  deploy: [
    'ensureValidBucketExists',
    'checkForChanges',
    'uploadCloudFormationFile',
    'uploadStateFile',
    'uploadZipFile',
    'cleanupS3Bucket',
    'monitorStack',
  ],
  package: ['zipFiles', 'getFileContent', 'packageFunction', 'packageLayer'],
  rollback: ['setStackToUpdate', 'updateStack', 'monitorStack'],
  deployList: ['listDeployments', 'setBucketName'],
  remove: ['emptyS3Bucket', 'removeStack'],
  deployFunction: ['deployFunction', 'checkIfFunctionExists'],
  rollbackFunction: ['getFunctionToBeRestored', 'fetchFunctionCode', 'restoreFunction'],
} as const;

interface Found {
  deploy: DeployPlugin;
  package: PackagePlugin;
  rollback: RollbackPlugin;
  deployList: DeployListPlugin;
  remove: RemovePlugin;
  deployFunction: DeployFunctionPlugin;
  rollbackFunction: RollbackFunctionPlugin;
}

/** One of the host's own plugins; undefined when the host has none with these methods. */
export function findPlugin<Name extends keyof Found>(
  { pluginManager }: Pick<Serverless, 'pluginManager'>,
  name: Name,
): Found[Name] | undefined {
  const found = pluginManager.plugins.find((plugin) =>
    METHODS[name].every((method) => typeof (plugin as Record<string, unknown>)[method] === 'function'),
  );
  return found as Found[Name] | undefined;
}
