import { checkRepositoryName, quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { OwnBucket } from '../model.js';
import type { BucketPolicy, Buckets, Shortfall } from '../ports/index.js';
import { actorOf, type StoreContext } from './context.js';

export interface CreateRepositoryOptions {
  /** A bucket of the user's own that the contents shall lie in; the store's when absent. */
  readonly bucket?: string;
  /** What the keys in it begin with; `holdfast/` when absent. */
  readonly prefix?: string;
}

export interface CreateRepositoryReport {
  readonly ownBucket?: OwnBucket;
  /** What the user's bucket lacks, and what that costs. Never one that is `refused`. */
  readonly shortfalls: readonly Shortfall[];
}

export interface BucketPolicyOptions {
  /** Further accounts whose functions run from the repository by reference; those with references are known. */
  readonly accounts?: readonly string[];
  /** ARNs, or patterns of them, of who runs gc. Needed where the bucket has no Object Lock. */
  readonly collectors?: readonly string[];
  /** Whether the bucket's policy is changed. */
  readonly apply?: boolean;
}

/** A repository in a bucket of the user's own is made only when the bucket is fit for it; what is weaker there is told. */
export async function createRepository(
  context: StoreContext,
  name: string,
  { bucket, prefix }: CreateRepositoryOptions,
): Promise<CreateRepositoryReport> {
  checkRepositoryName(name);
  const inspected = bucket === undefined ? undefined : await bucketsOf(context).inspect(bucket, prefix);
  if (bucket === undefined && prefix !== undefined) {
    throw new HoldfastError('invalid-input', `prefix ${quote(prefix)} is given without a bucket`, {
      hint: 'A prefix is for a bucket of your own; name it with --bucket.',
    });
  }
  const refused = inspected?.shortfalls.filter(({ severity }) => severity === 'refused') ?? [];
  if (refused.length > 0) throw unfit(bucket!, name, refused, inspected!.shortfalls);
  const { created } = await context.engine.catalog.createRepository(name, actorOf(context), inspected?.place);
  if (!created) throw new HoldfastError('conflict', `repository ${quote(name)} exists already`);
  return inspected === undefined
    ? { shortfalls: [] }
    : { ownBucket: inspected.place, shortfalls: inspected.shortfalls };
}

function unfit(
  bucket: string,
  name: string,
  refused: readonly Shortfall[],
  shortfalls: readonly Shortfall[],
): HoldfastError {
  const why = refused.map(({ what, cost }) => `${what} ${cost}`).join(' ');
  return new HoldfastError(
    'invalid-input',
    `repository ${quote(name)} cannot lie in the bucket ${quote(bucket)}: ${why}`,
    {
      hint: refused.map(({ mend }) => mend).join(' '),
      data: { shortfalls },
    },
  );
}

/** Throws `unsupported` for a store whose repositories have no buckets. */
function bucketsOf({ engine }: StoreContext): Buckets {
  if (engine.buckets !== undefined) return engine.buckets;
  throw new HoldfastError('unsupported', `the repositories of ${quote(engine.url)} do not lie in buckets`, {
    hint: 'Buckets are for a store in AWS: --store aws:',
  });
}

export async function bucketPolicy(
  context: StoreContext,
  repository: string,
  { accounts = [], collectors = [], apply = false }: BucketPolicyOptions,
): Promise<BucketPolicy> {
  const request = { repository: checkRepositoryName(repository), accounts, collectors };
  const buckets = bucketsOf(context);
  return apply ? buckets.applyPolicy(request) : buckets.policyFor(request);
}

export async function deleteRepository(context: StoreContext, name: string): Promise<void> {
  checkRepositoryName(name);
  // What AWS was told of the policy outlives the catalog's record: a repository made again under the name would be open to the old principals.
  if ((await context.engine.catalog.getPolicy(name))?.policy !== undefined) {
    throw new HoldfastError(
      'in-use',
      `repository ${quote(name)} has a resource policy; nothing was deleted`,
      {
        hint: `Take it away first with: holdfast repository policy delete ${name}`,
      },
    );
  }
  const { outcome } = await context.engine.catalog.deleteRepository(name, actorOf(context));
  switch (outcome) {
    case 'deleted':
      return;
    case 'absent':
      throw new HoldfastError('not-found', `repository ${quote(name)} does not exist`);
    case 'not-empty':
      throw new HoldfastError('in-use', `repository ${quote(name)} is not empty; nothing was deleted`, {
        hint: `Delete its versions, and remove them for good with: holdfast gc --repository ${name}`,
      });
  }
}
