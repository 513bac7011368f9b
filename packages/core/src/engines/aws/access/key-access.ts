import {
  compileKeyAccess,
  grantPrefix,
  type BucketKey,
  type CompileTarget,
  type KeyAccess,
  type Policy,
} from '../../../policy/index.js';
import type { AccessPlan, GrantChange } from '../../../ports/index.js';
import type { BucketEncryption } from './client.js';
import type { GrantingKeys } from './granting-keys.js';
import type { KeyApi } from './key-client.js';
import { changeGrants, grantChange } from './key-grants.js';

export interface KeyAccessOptions {
  readonly keys: GrantingKeys;
  readonly open: () => Promise<KeyApi>;
}

type KeyPlan = Pick<AccessPlan, 'grants' | 'keyPolicy'>;

const NO_KEYS: KeyPlan = { grants: [] };
const NOTHING: KeyAccess = { grants: [], statements: [] };

/** The grants of the KMS keys that a user's own bucket encrypts with, and did. KMS is asked only where there is such a key. */
export class KeyAccessControl {
  readonly #options: KeyAccessOptions;

  constructor(options: KeyAccessOptions) {
    this.#options = options;
  }

  /** `encryption` is that of the bucket; a policy that goes needs none, since the keys with grants are noted. */
  async plan(
    target: CompileTarget,
    policy: Policy | undefined,
    encryption: BucketEncryption | undefined,
  ): Promise<KeyPlan> {
    const noted = await this.#options.keys.of(target.repository);
    if (encryption === undefined && noted.length === 0) return NO_KEYS;
    return this.#with(async (api) => {
      const current = encryption === undefined ? undefined : await bucketKey(api, encryption);
      const now = current === undefined ? undefined : accessTo(current, policy, target);
      const wanted = new Map(now === undefined || now.closed ? [] : [[now.key, now.grants]]);
      // What was stored by a noted key is read by it still, whatever the bucket encrypts with since.
      for (const arn of noted)
        wanted.set(arn, accessTo({ arn, managedByAws: false, bucketKeys: true }, policy, target).grants);
      const changes: (GrantChange | undefined)[] = [];
      for (const [key, grants] of wanted)
        changes.push(await grantChange(api, key, grantPrefix(target), grants));
      const grants = changes.filter((change) => change !== undefined);
      if (now === undefined || now.statements.length === 0) return { grants };
      return { grants, keyPolicy: { key: now.key, statements: now.statements } };
    });
  }

  async apply({ repository, grants }: Pick<AccessPlan, 'repository' | 'grants'>): Promise<void> {
    if (grants.length === 0) return;
    const { keys } = this.#options;
    await this.#with(async (api) => {
      for (const change of grants) {
        // Noted first: whoever takes the policy away later has to find what was granted.
        await keys.add(repository, change.key);
        await changeGrants(api, change);
        if (change.kept + change.added.length === 0) await keys.remove(repository, change.key);
      }
    });
  }

  async #with<T>(task: (api: KeyApi) => Promise<T>): Promise<T> {
    const api = await this.#options.open();
    try {
      return await task(api);
    } finally {
      api.close();
    }
  }
}

async function bucketKey(api: KeyApi, { key, bucketKeys }: BucketEncryption): Promise<BucketKey> {
  return { ...(await api.describe(key)), bucketKeys };
}

function accessTo(
  key: BucketKey,
  policy: Policy | undefined,
  target: CompileTarget,
): KeyAccess & { readonly key: string; readonly closed: boolean } {
  const access = policy === undefined ? NOTHING : compileKeyAccess(policy, target, key);
  return { ...access, key: key.arn, closed: key.managedByAws };
}
