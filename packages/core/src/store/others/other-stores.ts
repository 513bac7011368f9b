import { parseArn, looksLikeHoldfastArn, type StoreIdentity } from '../../arn/index.js';
import type { VersionKey } from '../../model.js';
import type { StoreContext } from '../context.js';
import { loadReplicate } from '../heavy-modules.js';
import type { ReplicaStore } from '../replicas/replica-store.js';

/** Opens a store; what {@link OtherStores} needs of the context's own module. */
export type OpenStoreContext = (url: string) => Promise<StoreContext>;

/** The URL of the store of an account and region. */
export function urlOf({ account, region }: StoreIdentity): string {
  return `aws://${account}/${region}`;
}

/** Whether two stores are one. */
export function isSameStore(one: StoreIdentity, other: StoreIdentity): boolean {
  return one.partition === other.partition && one.account === other.account && one.region === other.region;
}

/**
 * The stores of other accounts and regions, which ARNs lead to: each is opened when the first ARN of it is met, and never made.
 *
 * A version whose home region is another one is read here through its replica, as in {@link ReplicaStore}.
 */
export class OtherStores {
  readonly #own: StoreIdentity;
  readonly #open: OpenStoreContext;
  readonly #contexts = new Map<string, Promise<StoreContext>>();
  readonly #replicas = new Map<string, Promise<ReplicaStore>>();

  constructor(own: StoreIdentity, open: OpenStoreContext) {
    this.#own = own;
    this.#open = open;
  }

  /** Whose a name is; undefined for the own store's, for a short name, and for what is no ARN. */
  ownerOf(name: string): StoreIdentity | undefined {
    if (!looksLikeHoldfastArn(name)) return undefined;
    const { partition, region, account } = parseArn(name);
    const owner = { partition, region, account };
    return partition !== this.#own.partition || isSameStore(owner, this.#own) ? undefined : owner;
  }

  /** Whose a version is, by its ARN. A key without one is the own store's. */
  ownerOfVersion(version: VersionKey & { readonly arn?: string }): StoreIdentity | undefined {
    return version.arn === undefined ? undefined : this.ownerOf(version.arn);
  }

  /** Throws `access-denied` when the other account shares nothing, and `not-found` when the own one has no store in that region. */
  context(owner: StoreIdentity): Promise<StoreContext> {
    return once(this.#contexts, urlOf(owner), this.#open);
  }

  /** What the own region has of another region's store. Asks that other region for nothing before it is needed. */
  replicas(owner: StoreIdentity): Promise<ReplicaStore> {
    return once(this.#replicas, urlOf(owner), (url) =>
      loadReplicate().openReplicaStore(url, this.#own.region, { identity: owner, existing: true }),
    );
  }

  /** Moves a deployment's pins in every store that was opened here. */
  async bindPins(from: string, deployment: string, to: string): Promise<void> {
    for (const context of await Promise.all(this.#contexts.values()))
      await context.engine.catalog.bindPins(from, deployment, to);
    for (const replicas of await Promise.all(this.#replicas.values()))
      await replicas.bindPins(from, deployment, to);
  }

  async close(): Promise<void> {
    const [contexts, replicas] = [[...this.#contexts.values()], [...this.#replicas.values()]];
    this.#contexts.clear();
    this.#replicas.clear();
    for (const one of await Promise.allSettled(contexts)) {
      if (one.status !== 'fulfilled') continue;
      await one.value.replicas?.close();
      await one.value.engine.catalog.close();
    }
    for (const one of await Promise.allSettled(replicas))
      if (one.status === 'fulfilled') await one.value.close();
  }
}

/** Opens each once. One that could not be opened is tried again the next time. */
function once<T>(known: Map<string, Promise<T>>, url: string, open: (url: string) => Promise<T>): Promise<T> {
  const found = known.get(url);
  if (found !== undefined) return found;
  const opening = open(url);
  known.set(url, opening);
  opening.catch(() => known.delete(url));
  return opening;
}
