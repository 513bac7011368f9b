import { quote, type StoreIdentity } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { OwnBucket } from '../../../model.js';
import {
  checkPolicy,
  compilePolicy,
  type CompileTarget,
  type Policy,
  type PolicyText,
} from '../../../policy/index.js';
import type { AccessControl, AccessPlan } from '../../../ports/index.js';
import type { StoreResources } from '../bootstrap/index.js';
import { replicaPlaces } from '../replicas/places.js';
import type { PolicyApi } from './client.js';
import { KeyAccessControl, type KeyAccessOptions } from './key-access.js';
import { changeIn, changesIn } from './place-policies.js';
import type { PolicyRegions } from './policy-regions.js';

export interface AwsAccessOptions {
  readonly identity: StoreIdentity;
  /** The store's own bucket, table and bus. */
  readonly home: StoreResources;
  /** Where a repository's contents lie. */
  readonly placeOf: (repository: string) => Promise<OwnBucket | 'home' | undefined>;
  /** The regions that each repository's policy was applied to besides. */
  readonly regions: PolicyRegions;
  /** Those of the account's store in another region; throws `not-found` where it has none. */
  readonly storeIn: (region: string) => Promise<StoreResources>;
  /** Writes down for other accounts where the store of a region lies, before anybody is let in. */
  readonly announce: (region: string, resources: StoreResources) => Promise<void>;
  readonly open: (region: string) => Promise<PolicyApi>;
  readonly keys: KeyAccessOptions;
}

const NOTHING = { bucket: [], table: [], eventBus: [] } as const;

/** The policies of bucket, table and bus, in every region where a repository is. Statements of others are read and written back as they are. */
export class AwsAccess implements AccessControl {
  readonly #options: AwsAccessOptions;
  readonly #keys: KeyAccessControl;

  constructor(options: AwsAccessOptions) {
    this.#options = options;
    this.#keys = new KeyAccessControl(options.keys);
  }

  async plan(
    repository: string,
    policy: PolicyText | undefined,
    wanted: readonly string[],
  ): Promise<AccessPlan> {
    const { identity } = this.#options;
    await this.#bucketOf(repository);
    const before = await this.#options.regions.of(repository);
    const others = new Set([...wanted, ...before].filter((region) => region !== identity.region).sort());
    const regions = [identity.region, ...others];
    const checked = policy === undefined ? undefined : checkPolicy(policy, { ...identity, repository });
    const changes = await Promise.all(
      regions.map(async (region) => {
        const target = await this.#targetIn(region, repository);
        const compiled = checked === undefined ? NOTHING : compilePolicy(checked, target);
        return this.#with(region, (api) => changesIn(api, target, compiled));
      }),
    );
    return { repository, regions, changes: changes.flat(), ...(await this.#planKeys(repository, checked)) };
  }

  /** Replicas lie in the store's bucket of their region, which like that of its home has no KMS key: a user's own bucket may have one. */
  async #planKeys(
    repository: string,
    policy: Policy | undefined,
  ): Promise<Pick<AccessPlan, 'grants' | 'keyPolicy'>> {
    const { region } = this.#options.identity;
    const target = await this.#targetIn(region, repository);
    const asked = policy !== undefined && target.bucket !== this.#options.home.bucket;
    const encryption = asked
      ? await this.#with(region, (api) => api.readEncryption(target.bucket))
      : undefined;
    return this.#keys.plan(target, policy, encryption);
  }

  async apply({ repository, changes, grants }: AccessPlan): Promise<void> {
    const { identity, home, regions, storeIn, announce } = this.#options;
    for (const [region, inRegion] of Map.groupBy(changes, (change) => change.region)) {
      const away = region !== identity.region;
      // Remembered first: whoever takes the policy away later has to find what was applied.
      if (away) await regions.add(repository, region);
      await announce(region, away ? await storeIn(region) : home);
      const target = await this.#targetIn(region, repository);
      await this.#with(region, (api) => changeIn(api, target, inRegion));
    }
    await this.#keys.apply({ repository, grants });
  }

  /** Where the repository, or its replicas, lie in a region. */
  async #targetIn(region: string, repository: string): Promise<CompileTarget> {
    const { identity, home, storeIn } = this.#options;
    if (region === identity.region) {
      const { name, prefix } = await this.#bucketOf(repository);
      return { ...identity, ...home, repository, bucket: name, prefix };
    }
    const places = replicaPlaces(identity.account, identity.region);
    return { ...identity, ...(await storeIn(region)), ...places, region, repository };
  }

  async #bucketOf(repository: string): Promise<Pick<OwnBucket, 'name' | 'prefix'>> {
    const place = await this.#options.placeOf(repository);
    if (place === undefined)
      throw new HoldfastError('not-found', `repository ${quote(repository)} does not exist`);
    return place === 'home' ? { name: this.#options.home.bucket, prefix: '' } : place;
  }

  async #with<T>(region: string, task: (api: PolicyApi) => Promise<T>): Promise<T> {
    const api = await this.#options.open(region);
    try {
      return await task(api);
    } finally {
      api.close();
    }
  }
}
