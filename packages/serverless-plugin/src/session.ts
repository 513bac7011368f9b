import type { CloudFormationApi, LambdaApi } from '@holdfast/cloudformation';
import type { ArtifactStore, StoreIdentity } from '@holdfast/core';
import { storeOptionsOf } from '@holdfast/core/settings';
import { shareCredentials } from './host/credentials.js';
import { hostReader, type StackReader } from './host/stack-reader.js';
import type { PluginOutput, Provider, Serverless } from './host/types.js';
import { settingsOf, type PluginSettings } from './settings.js';

/** One run of the host, and what it opened so far. Nothing is opened before it is needed: `package` opens nothing. */
export interface Session {
  readonly serverless: Serverless;
  readonly output: PluginOutput;
  readonly provider: Provider;
  readonly stackName: string;
  readonly settings: () => PluginSettings;
  readonly store: () => Promise<ArtifactStore>;
  /** Reads the stack as cheaply as this host allows. */
  readonly stackReader: () => Promise<StackReader>;
  readonly cloudFormation: () => Promise<CloudFormationApi>;
  readonly lambda: () => Promise<LambdaApi>;
  readonly place: () => Promise<StoreIdentity>;
  readonly close: () => Promise<void>;
}

export function createSession(serverless: Serverless, output: PluginOutput): Session {
  const opened: (() => unknown)[] = [];
  const provider = serverless.getProvider('aws');
  const ready = once(() => shareCredentials(provider, process.env));
  const settings = (): PluginSettings => settingsOf(serverless);

  const store = once(async () => {
    await ready();
    const { openStore } = await import('@holdfast/core');
    const { store: url, ...rest } = settings();
    const store = await openStore(url, {
      ...storeOptionsOf({ ...rest, store: url }),
      onEvent: (event) => {
        if (event.type === 'warning') output.log?.warning(event.message);
        if (event.type === 'stored') output.log?.info(`Holdfast stored ${event.digest}`);
      },
    });
    opened.push(() => store.close());
    return store;
  });
  const cloudFormation = once(async () => {
    await ready();
    const { openCloudFormation } = await import('@holdfast/cloudformation');
    const api = await openCloudFormation({ region: settings().region });
    opened.push(() => api.close());
    return api;
  });
  const lambda = once(async () => {
    await ready();
    const { openLambda } = await import('@holdfast/cloudformation');
    const api = await openLambda({ region: settings().region });
    opened.push(() => api.close());
    return api;
  });
  return {
    serverless,
    output,
    provider,
    get stackName() {
      return provider.naming.getStackName();
    },
    settings,
    store,
    stackReader: async () => hostReader(provider) ?? (await cloudFormation()),
    cloudFormation,
    lambda,
    place: async () => (await store()).identity,
    close: async () => {
      for (const end of opened.splice(0)) await end();
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
