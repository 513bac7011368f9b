import type { Digest } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import type { ContentCopy } from '../../../ports/index.js';
import { contentKey, parseContentKey } from '../../locate.js';
import { failureName, failureStatus, translateFailure } from '../failures.js';

/** A bucket as the content storage uses it. */
export interface ContentBucket {
  readonly name: string;
  readonly region: string;
  /** The account that must own it; every request says so, and S3 refuses when it is another's. */
  readonly owner: string;
  /** What every key begins with: empty, or text that ends with a slash. Nothing outside is ever touched. */
  readonly prefix: string;
  /** Whether the bucket has Object Lock, so that every copy is held from its upload on. */
  readonly objectLock: boolean;
}

/** Where all contents of a repository lie. */
export function repositoryPrefix({ prefix }: ContentBucket, repository: string): string {
  return `${prefix}content/${repository}/`;
}

/** The key of a copy; with an ending, the one that services read which look at a key's end. */
export function keyOf({ prefix }: ContentBucket, copy: ContentCopy, ending?: string): string {
  return `${prefix}content/${contentKey(copy, ending)}`;
}

/** The copy that a key is of, whatever its ending: the inverse of {@link keyOf}; undefined for any other key. */
export function copyOfKey({ prefix }: ContentBucket, key: string): ContentCopy | undefined {
  const beginning = `${prefix}content/`;
  return key.startsWith(beginning) ? parseContentKey(key.slice(beginning.length)) : undefined;
}

/** What every request carries. */
export function addressOf({ name, owner }: ContentBucket): { Bucket: string; ExpectedBucketOwner: string } {
  return { Bucket: name, ExpectedBucketOwner: owner };
}

/** A digest as S3 takes and gives it. */
export function base64Of(digest: Digest | Buffer): string {
  const bytes = typeof digest === 'string' ? Buffer.from(digest.slice('sha256:'.length), 'hex') : digest;
  return bytes.toString('base64');
}

/** What S3 says to whoever comes second, and to whoever shares an upload that another completed, aborted or changed. */
const OVERTAKEN = new Set([
  'PreconditionFailed',
  'ConditionalRequestConflict',
  'NoSuchUpload',
  'InvalidPart',
]);

/** Whether the failure says only that another writer was in the way. */
export function isOvertaken(error: unknown): boolean {
  const status = failureStatus(error);
  return OVERTAKEN.has(failureName(error)) || status === 412 || status === 409;
}

/** S3's answer. What it refuses or does not answer is thrown as a Holdfast error; being overtaken is thrown as it is. */
export async function askS3<T>(bucket: ContentBucket, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw isOvertaken(error) ? error : translateS3Failure(error, bucket);
  }
}

/** An S3 error as a Holdfast error that names the bucket. */
export function translateS3Failure(error: unknown, bucket: ContentBucket): unknown {
  const name = failureName(error);
  if (name === 'NoSuchBucket') {
    return new HoldfastError('unavailable', `the bucket "${bucket.name}" does not exist`, {
      hint: "Look whether the repository's bucket was deleted; its contents cannot be read or stored.",
      cause: error,
    });
  }
  // S3 has no code of its own for an upload with a hold to a bucket that cannot hold.
  if (name === 'InvalidRequest' && /object ?lock/i.test((error as Error).message)) {
    return new HoldfastError(
      'unsupported',
      `the bucket "${bucket.name}" has no Object Lock, so that S3 cannot hold what is stored there`,
      {
        hint: 'Enable Object Lock on the bucket, without a default retention. Nothing was stored.',
        cause: error,
      },
    );
  }
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed') {
    return new HoldfastError('unavailable', `the bucket "${bucket.name}" is not in region ${bucket.region}`, {
      hint: 'Name the region of the bucket, in AWS_REGION or in the store URL.',
      cause: error,
    });
  }
  return translateFailure(error, `the bucket "${bucket.name}" of account ${bucket.owner}`);
}
