import { openCloudFormation } from '@holdfast/cloudformation';
import { ArtifactStore, HoldfastError, type StoreIdentity } from '@holdfast/core';
import { storeOptionsOf, type Settings } from '@holdfast/core/settings';
import type { Environment } from '../assembly/types.js';

/** The store of an environment's artifacts, and where its stacks are. */
export interface OpenedStore {
  readonly store: ArtifactStore;
  readonly place: StoreIdentity;
  /** Whether the credentials are known to be those of the place. */
  readonly confirmed?: boolean;
}

/** Opens the store for stacks of an environment; each store is opened once. */
export type StoreOpener = (environment: Environment) => Promise<OpenedStore>;

/** Opens stores as the settings say, and closes them all. */
export class EnvironmentStores {
  readonly #settings: Settings;
  readonly #opened = new Map<string, Promise<OpenedStore>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * An `aws:` store is that of the environment's account and region; any other store serves all environments. Throws `access-denied` for
   * an account that the credentials do not belong to, and `invalid-input` where the settings name another region's store.
   */
  readonly open: StoreOpener = (environment) => {
    const key = `${environment.account ?? ''}/${environment.region ?? ''}`;
    const known = this.#opened.get(key) ?? this.#open(environment);
    this.#opened.set(key, known);
    return known;
  };

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    for (const one of opened) if (one.status === 'fulfilled') await one.value.store.close();
  }

  async #open({ account, region }: Environment): Promise<OpenedStore> {
    const { store: url } = this.#settings;
    const options = storeOptionsOf(this.#settings);
    if (!url.startsWith('aws:')) {
      const store = await ArtifactStore.open(url, options);
      return { store, place: await placeOf(store.identity, { ...environmentOf(account, region) }) };
    }
    // A store that is named may be one that another account shares.
    const named = url.slice('aws:'.length) !== '';
    const identity = { ...options.identity, ...(named ? {} : environmentOf(account, region)) };
    const store = await ArtifactStore.open(url, { ...options, identity });
    const { identity: own } = store;
    if ((region ?? own.region) !== own.region) {
      await store.close();
      throw new HoldfastError(
        'invalid-input',
        `the store is in ${own.region}, and the stack's environment is in ${region ?? ''}`,
        { hint: 'Set the store to "aws:", which is each environment\'s own.' },
      );
    }
    if (!named) return { store, place: own, confirmed: store.isOwn };
    const place = await placeOfCredentials(own.region);
    if ((account ?? place.account) !== place.account) {
      await store.close();
      throw new HoldfastError(
        'invalid-input',
        `the stack's environment is account ${account ?? ''}, and these AWS credentials are those of ${place.account}`,
        { hint: 'Deploy to each account with credentials of its own.' },
      );
    }
    return { store, place, confirmed: true };
  }
}

function environmentOf(account: string | undefined, region: string | undefined): Environment {
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}

/** Where stacks go whose artifacts are in a store that belongs to no account. */
async function placeOf(identity: StoreIdentity, { account, region }: Environment): Promise<StoreIdentity> {
  if (account !== undefined && region !== undefined)
    return { partition: partitionOf(region), account, region };
  if (identity.region !== 'local') return identity;
  return placeOfCredentials(region);
}

async function placeOfCredentials(region: string | undefined): Promise<StoreIdentity> {
  const api = await openCloudFormation(region === undefined ? {} : { region });
  try {
    return await api.place();
  } finally {
    api.close();
  }
}

// Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
