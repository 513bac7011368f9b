import { quote, type StoreIdentity } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { OwnBucket } from '../../../model.js';
import { parseSharePrincipal } from '../../../policy/share.js';
import type { Invitation, Share, ShareRequest, Shares, ShareStep } from '../../../ports/index.js';
import { translateFailure } from '../failures.js';
import {
  ensureGrants,
  ensureInstance,
  ensureLocation,
  removeGrants,
  type GrantPlace,
} from './access-grants.js';
import type { ShareClients } from './client.js';
import type { MadeShares } from './made-shares.js';
import { acceptFrom, ensureShare, listShares, removeShare } from './resource-shares.js';

export interface AwsSharesOptions {
  readonly identity: StoreIdentity;
  /** The store's own bucket. */
  readonly bucket: string;
  readonly placeOf: (repository: string) => Promise<OwnBucket | 'home' | undefined>;
  /** Which repositories there may be grants for. */
  readonly made: MadeShares;
  readonly open: () => Promise<ShareClients>;
}

const ROLE = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/;
const GRANTEE = /^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)\/[\w+=,.@/-]+$/;

/** S3 Access Grants for the bytes of a repository, shared through AWS Resource Access Manager. */
export class AwsShares implements Shares {
  readonly #options: AwsSharesOptions;

  constructor(options: AwsSharesOptions) {
    this.#options = options;
  }

  async create({ repository, principals, grantees, role }: ShareRequest): Promise<readonly ShareStep[]> {
    const named = principals.map((it) => parseSharePrincipal(it).text);
    if (!ROLE.test(role)) throw new HoldfastError('invalid-input', `${quote(role)} is not the ARN of a role`);
    const wrong = grantees.find((it) => !GRANTEE.test(it));
    if (wrong !== undefined) {
      throw new HoldfastError(
        'invalid-input',
        `${quote(wrong)} can get no grant: Access Grants takes roles and users`,
        {
          hint: 'Write ARNs of roles or users. Accounts as a whole read by the resource policy.',
        },
      );
    }
    const place = await this.#placeOf(repository);
    await this.#options.made.add(repository);
    return this.#with(async (clients) => {
      const instance = await ensureInstance(clients, place.account);
      const location = await ensureLocation(clients, place, role);
      const grants = await ensureGrants(clients, place, location.id, grantees);
      const share = await ensureShare(clients, repository, instance.arn, named);
      return [instance.step, location.step, ...grants, ...share];
    });
  }

  list(): Promise<readonly Share[]> {
    return this.#with(listShares);
  }

  async accept(from: string): Promise<readonly Invitation[]> {
    if (!/^[0-9]{12}$/.test(from)) throw new HoldfastError('invalid-input', `${quote(from)} is no account`);
    return this.#with((clients) => acceptFrom(clients, from));
  }

  async delete(repository: string): Promise<readonly ShareStep[]> {
    const place = await this.#placeOf(repository);
    if (!(await this.#options.made.has(repository))) return [];
    // What lets others in goes before what lies behind it.
    const steps = await this.#with(async (clients) => [
      await removeShare(clients, repository),
      ...(await removeGrants(clients, place)),
    ]);
    await this.#options.made.remove(repository);
    return steps;
  }

  async #placeOf(repository: string): Promise<GrantPlace> {
    const { identity, bucket, placeOf } = this.#options;
    const place = await placeOf(repository);
    if (place === undefined)
      throw new HoldfastError('not-found', `repository ${quote(repository)} does not exist`);
    const { name, prefix } = place === 'home' ? { name: bucket, prefix: '' } : place;
    return { account: identity.account, repository, scope: `s3://${name}/${prefix}content/${repository}/` };
  }

  async #with<T>(task: (clients: ShareClients) => Promise<T>): Promise<T> {
    const clients = await this.#options.open();
    try {
      return await task(clients);
    } catch (error) {
      throw translateFailure(error, 'S3 Access Grants or AWS Resource Access Manager');
    } finally {
      clients.close();
    }
  }
}
