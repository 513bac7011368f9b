import { quote, type StoreIdentity } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { OwnBucket } from '../../../model.js';
import {
  checkPolicy,
  compilePolicy,
  mergeStatements,
  ownStatements,
  policyText,
  POLICY_LIMITS,
  type CompiledStatement,
  type PolicyDocumentText,
  type PolicyText,
} from '../../../policy/index.js';
import type { AccessChange, AccessControl, AccessPlan } from '../../../ports/index.js';
import { failureName, translateFailure } from '../failures.js';
import type { PolicyApi, StoredPolicy } from './client.js';

export interface AwsAccessOptions {
  readonly identity: StoreIdentity;
  /** The store's own bucket, table and bus. */
  readonly bucket: string;
  readonly table: string;
  readonly eventBus: string;
  /** Where a repository's contents lie. */
  readonly placeOf: (repository: string) => Promise<OwnBucket | 'home' | undefined>;
  /** Writes down for other accounts where the store lies, before anybody is let in. */
  readonly announce: () => Promise<void>;
  readonly open: () => Promise<PolicyApi>;
}

/** A resource policy that a plan is about. */
interface Place {
  readonly place: AccessChange['place'];
  readonly name: string;
  read(api: PolicyApi): Promise<StoredPolicy | undefined>;
  write(api: PolicyApi, change: AccessChange): Promise<void>;
}

/** The policies of bucket, table and bus. Statements of others are read and written back as they are. */
export class AwsAccess implements AccessControl {
  readonly #options: AwsAccessOptions;

  constructor(options: AwsAccessOptions) {
    this.#options = options;
  }

  async plan(repository: string, policy: PolicyText | undefined): Promise<AccessPlan> {
    const { identity, table, eventBus } = this.#options;
    const { name: bucket, prefix } = await this.#bucketOf(repository);
    const target = { ...identity, repository, bucket, prefix, table, eventBus };
    const compiled =
      policy === undefined
        ? { bucket: [], table: [], eventBus: [] }
        : compilePolicy(checkPolicy(policy, target), target);
    return this.#with(async (api) => {
      const changes = await Promise.all(
        (await this.#places(repository)).map(async (place) =>
          changeOf(place, await place.read(api), repository, compiled[place.place]),
        ),
      );
      return { repository, changes: changes.filter((change) => change !== undefined) };
    });
  }

  async apply({ repository, changes }: AccessPlan): Promise<void> {
    if (changes.length === 0) return;
    await this.#options.announce();
    const places = await this.#places(repository);
    await this.#with(async (api) => {
      for (const change of changes) {
        const place = places.find((it) => it.place === change.place);
        if (place !== undefined) await replace(api, place, change);
      }
    });
  }

  async #bucketOf(repository: string): Promise<Pick<OwnBucket, 'name' | 'prefix'>> {
    const place = await this.#options.placeOf(repository);
    if (place === undefined)
      throw new HoldfastError('not-found', `repository ${quote(repository)} does not exist`);
    return place === 'home' ? { name: this.#options.bucket, prefix: '' } : place;
  }

  async #places(repository: string): Promise<Place[]> {
    const { identity, table, eventBus } = this.#options;
    const { name: bucket } = await this.#bucketOf(repository);
    const tableArn = `arn:${identity.partition}:dynamodb:${identity.region}:${identity.account}:table/${table}`;
    return [
      {
        place: 'bucket',
        name: `the policy of the bucket "${bucket}"`,
        read: (api) => api.readBucket(bucket),
        write: (api, { text }) => api.writeBucket(bucket, text),
      },
      {
        place: 'table',
        name: `the resource policy of the table "${table}"`,
        read: (api) => api.readTable(tableArn),
        write: (api, { text, revision }) => api.writeTable(tableArn, text, revision),
      },
      {
        place: 'eventBus',
        name: `the policy of the event bus "${eventBus}"`,
        read: (api) => api.readEventBus(eventBus),
        write: (api, { text }) => api.writeEventBus(eventBus, text),
      },
    ];
  }

  async #with<T>(task: (api: PolicyApi) => Promise<T>): Promise<T> {
    const api = await this.#options.open();
    try {
      return await task(api);
    } finally {
      api.close();
    }
  }
}

/** Undefined when the policy says all of it already. */
function changeOf(
  { place, name }: Place,
  stored: StoredPolicy | undefined,
  repository: string,
  statements: readonly CompiledStatement[],
): AccessChange | undefined {
  const current = stored === undefined ? undefined : readText(stored.text, name);
  const own = ownStatements(current, repository) as object[];
  const [added, removed] = [without(statements, own), without(own, statements)];
  if (added.length === 0 && removed.length === 0) return undefined;
  const merged = mergeStatements(current, repository, statements);
  const text = merged === undefined ? undefined : policyText(place, merged);
  const all = merged === undefined ? [] : (merged.Statement as unknown[]);
  return {
    ...{ place, name, added, removed, foreign: all.length - statements.length },
    ...{ size: text === undefined ? 0 : Buffer.byteLength(text), limit: POLICY_LIMITS[place] },
    ...(text === undefined ? {} : { text }),
    ...(stored === undefined ? {} : { before: stored.text }),
    ...(stored?.revision === undefined ? {} : { revision: stored.revision }),
  };
}

function readText(text: string, name: string): PolicyDocumentText {
  try {
    return JSON.parse(text) as PolicyDocumentText;
  } catch (error) {
    throw new HoldfastError('unsupported', `${name} is no JSON that could be added to`, { cause: error });
  }
}

function without(statements: readonly object[], others: readonly object[]): object[] {
  const known = new Set(others.map(canonical));
  return statements.filter((statement) => !known.has(canonical(statement)));
}

/** Services give policies back in their own order, and single values without their lists. */
function canonical(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? canonical(value[0]) : `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, it]) => `${JSON.stringify(key)}:${canonical(it)}`);
  return `{${entries.sort().join()}}`;
}

/** S3 and EventBridge compare nothing themselves: the policy is read again just before, which leaves an instant. */
async function replace(api: PolicyApi, place: Place, change: AccessChange): Promise<void> {
  const now = await place.read(api);
  if (now?.text !== change.before) throw changedMeanwhile(place);
  try {
    await place.write(api, change);
  } catch (error) {
    if (place.place === 'table' && failureName(error) === 'PolicyNotFoundException')
      throw changedMeanwhile(place);
    if (
      /^(MalformedPolicy|ValidationException|LimitExceededException|AccessDenied)$/.test(failureName(error))
    )
      throw refusedByService(place, error);
    throw translateFailure(error, place.name);
  }
}

function changedMeanwhile({ name }: Place): HoldfastError {
  return new HoldfastError(
    'conflict',
    `${name} was changed by somebody else in the meantime; nothing of it was written over`,
    {
      hint: 'Repeat the command: it looks anew at what is there.',
    },
  );
}

function refusedByService({ name }: Place, error: unknown): HoldfastError {
  const denied = failureName(error) === 'AccessDenied';
  return new HoldfastError(
    denied ? 'access-denied' : 'invalid-input',
    `AWS refused ${name}: ${error instanceof Error ? error.message : 'no reason given'}`,
    {
      hint: denied
        ? 'You need s3:PutBucketPolicy (holdfast policy admin). Blocking public access refuses policies that S3 takes for public as well.'
        : 'A principal that does not exist is what AWS refuses most often.',
      cause: error,
    },
  );
}
