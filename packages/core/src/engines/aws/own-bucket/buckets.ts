import { quote, type StoreIdentity } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { OwnBucket } from '../../../model.js';
import type { BucketPolicy, BucketPolicyRequest, Buckets, Catalog, Shortfall } from '../../../ports/index.js';
import { assessBucket } from './assess-bucket.js';
import { bucketPolicyStatements, mergedPolicy, type PolicyFacts } from './bucket-policy.js';
import { gatherBucketFacts, type BucketApi } from './gather-facts.js';
import { bucketNamed, readBucketPolicy, writeBucketPolicy } from './policy-requests.js';

/** Below it the contents lie in a user's own bucket, unless another prefix is named. */
const DEFAULT_PREFIX = 'holdfast/';

/** Characters that S3 recommends for keys; in no other way can a prefix be mistaken in a policy or a lifecycle rule. */
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9!_.'()-]*(\/[A-Za-z0-9][A-Za-z0-9!_.'()-]*)*\/?$/;
const LONGEST_PREFIX = 200;

const ACCOUNT = /^[0-9]{12}$/;

export interface BucketsOptions {
  readonly identity: StoreIdentity;
  /** The store's own bucket. */
  readonly home: string;
  readonly catalog: Pick<Catalog, 'getRepository' | 'listConsumers' | 'getConsumer'>;
  readonly open: () => Promise<BucketApi>;
}

/** The store's bucket and users' own. */
export class AwsBuckets implements Buckets {
  readonly #options: BucketsOptions;

  constructor(options: BucketsOptions) {
    this.#options = options;
  }

  async inspect(
    bucket: string,
    prefix?: string,
  ): Promise<{ place: OwnBucket; shortfalls: readonly Shortfall[] }> {
    const { identity, home } = this.#options;
    const name = bucketNamed(bucket);
    if (name === home) {
      throw new HoldfastError('invalid-input', `the bucket ${quote(name)} is the store's own`, {
        hint: 'Leave --bucket out: repositories lie in it by themselves.',
      });
    }
    const normal = normalPrefix(prefix ?? DEFAULT_PREFIX);
    const facts = await this.#ask((api) => gatherBucketFacts(api, name, identity.account));
    return {
      place: { name, prefix: normal, objectLock: facts.objectLock },
      shortfalls: assessBucket(facts, { region: identity.region, prefix: normal }),
    };
  }

  async policyFor(request: BucketPolicyRequest): Promise<BucketPolicy> {
    const facts = await this.#factsOf(request);
    return { bucket: facts.bucket, statements: bucketPolicyStatements(facts) };
  }

  async applyPolicy(request: BucketPolicyRequest): Promise<BucketPolicy> {
    const facts = await this.#factsOf(request);
    if (!facts.objectLock && request.collectors.length === 0) {
      throw new HoldfastError(
        'invalid-input',
        'nobody is named who may delete, so that nothing could ever be removed',
        {
          hint: 'Name the role that runs gc: --collector arn:aws:iam::123456789012:role/gc',
        },
      );
    }
    const statements = bucketPolicyStatements(facts);
    const { account } = this.#options.identity;
    await this.#ask(async (api) => {
      const existing = await readBucketPolicy(api, facts.bucket, account);
      const merged = mergedPolicy(existing, statements, facts);
      if (merged !== undefined) await writeBucketPolicy(api, facts.bucket, account, merged);
    });
    return { bucket: facts.bucket, statements };
  }

  async #ask<T>(task: (api: BucketApi) => Promise<T>): Promise<T> {
    const api = await this.#options.open();
    try {
      return await task(api);
    } finally {
      api.close();
    }
  }

  async #factsOf({ repository, accounts, collectors }: BucketPolicyRequest): Promise<PolicyFacts> {
    const { identity, home, catalog } = this.#options;
    const { partition, account } = identity;
    const wrong = accounts.find((one) => !ACCOUNT.test(one));
    if (wrong !== undefined) {
      throw new HoldfastError('invalid-input', `account ${quote(wrong)} is not valid`, {
        hint: 'Write its twelve digits.',
      });
    }
    const record = await catalog.getRepository(repository);
    if (record === undefined) {
      throw new HoldfastError('not-found', `repository ${quote(repository)} does not exist`);
    }
    const { ownBucket } = record;
    const foreign = new Set([...accounts, ...(await this.#accountsUsing(repository))]);
    foreign.delete(account);
    return {
      ...{ partition, repository, home: ownBucket === undefined },
      bucket: ownBucket?.name ?? home,
      prefix: ownBucket?.prefix ?? '',
      objectLock: ownBucket?.objectLock ?? true,
      accounts: [account, ...[...foreign].toSorted()],
      collectors: collectors.length > 0 ? collectors : [`arn:${partition}:iam::${account}:role/holdfast-gc`],
    };
  }

  /** Other accounts with a stack or function that uses the repository. */
  async #accountsUsing(repository: string): Promise<Set<string>> {
    const { catalog, identity } = this.#options;
    const accounts = new Set<string>();
    const limit = 1000;
    for (let page: readonly string[] = [], first = true; first || page.length === limit; first = false) {
      const after = page.at(-1);
      page = await catalog.listConsumers(after === undefined ? { limit } : { after, limit });
      for (const consumer of page) {
        const account = consumer.split(':')[4] ?? '';
        if (!ACCOUNT.test(account) || account === identity.account || accounts.has(account)) continue;
        const { references } = await catalog.getConsumer(consumer);
        if (references.some(({ version }) => version.repository === repository)) accounts.add(account);
      }
    }
    return accounts;
  }
}

/** With a slash at its end. Throws `invalid-input`. */
function normalPrefix(prefix: string): string {
  if (!PREFIX.test(prefix) || prefix.length > LONGEST_PREFIX) {
    throw new HoldfastError('invalid-input', `prefix ${quote(prefix)} is not valid`, {
      hint: `Write words of letters, digits and !_.'()- with slashes in between, at most ${LONGEST_PREFIX} characters, such as team/holdfast/.`,
    });
  }
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
