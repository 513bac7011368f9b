import type { PublishAssemblyOptions } from '../publish/publish-assembly.js';
import type { StoreOpener } from '../publish/stores.js';

/** How a command publishes, as its settings say. */
export interface Publishing {
  readonly openStore: StoreOpener;
  readonly publish: Pick<
    PublishAssemblyOptions,
    'repository' | 'defaultRepository' | 'idPrefix' | 'storageMode' | 'tags' | 'keepRoles'
  >;
}
