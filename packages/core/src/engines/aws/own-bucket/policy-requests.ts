import { quote } from '../../../arn/index.js';
import { HoldfastError } from '../../../errors.js';
import { failureName, translateFailure } from '../failures.js';
import type { BucketApi } from './gather-facts.js';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The name of a bucket. Throws `invalid-input` for what can be none. */
export function bucketNamed(bucket: string): string {
  if (BUCKET.test(bucket)) return bucket;
  throw new HoldfastError('invalid-input', `bucket ${quote(bucket)} is not a valid name`, {
    hint: 'Write the name alone, without s3:// and without a prefix.',
  });
}

/** The bucket's policy as JSON; undefined when it has none. */
export async function readBucketPolicy(
  api: BucketApi,
  bucket: string,
  owner: string,
): Promise<string | undefined> {
  try {
    return (await api.getPolicy({ Bucket: bucket, ExpectedBucketOwner: owner })).Policy;
  } catch (error) {
    if (failureName(error) === 'NoSuchBucketPolicy') return undefined;
    throw translateFailure(error, `the policy of the bucket "${bucket}"`);
  }
}

export async function writeBucketPolicy(
  api: BucketApi,
  bucket: string,
  owner: string,
  policy: string,
): Promise<void> {
  try {
    await api.putPolicy({ Bucket: bucket, ExpectedBucketOwner: owner, Policy: policy });
  } catch (error) {
    if (failureName(error) === 'MalformedPolicy') {
      throw new HoldfastError(
        'invalid-input',
        `S3 refused the policy of the bucket "${bucket}": ${(error as Error).message}`,
        {
          hint: 'A principal that does not exist, or a policy above 20 KB, is what S3 refuses most often.',
          cause: error,
        },
      );
    }
    throw translateFailure(error, `the policy of the bucket "${bucket}"`);
  }
}
