import { createHash } from 'node:crypto';
import { ownerOf, type CompileTarget } from './compile.js';
import { HoldfastError } from '../errors.js';
import type { Condition, KeyGrant, Policy, Statement } from './model.js';

/** The KMS key that a bucket encrypts with. */
export interface BucketKey {
  readonly arn: string;
  /** True for AWS's own (`aws/s3`), whose policy nobody can change. */
  readonly managedByAws: boolean;
  /** Whether S3 asks KMS for the bucket instead of for each object (S3 Bucket Keys). */
  readonly bucketKeys: boolean;
}

/** A statement for the key's own policy, which its administrator writes. */
export interface KeyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly AWS: readonly string[] } | { readonly Service: readonly string[] };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition: Condition;
}

export interface KeyAccess {
  readonly grants: readonly KeyGrant[];
  /** What no grant can say. */
  readonly statements: readonly KeyStatement[];
}

/** What the names of a repository's grants begin with. A key may serve several accounts and regions, so these are in it. */
export function grantPrefix(target: CompileTarget): string {
  const owner = [target.account, target.region, ownerOf(target)].join('/');
  return `Holdfast${createHash('sha256').update(owner).digest('hex').slice(0, 16)}x`;
}

/**
 * What a checked policy takes of the key of the repository's bucket. Pure. Grants know AWS principals and the bucket, and neither
 * conditions nor services; without S3 Bucket Keys not even the bucket, since S3 then names each object. All else becomes statements
 * for the key's policy. Throws `invalid-input` where the key is AWS's own and others would need it.
 */
export function compileKeyAccess({ statements }: Policy, target: CompileTarget, key: BucketKey): KeyAccess {
  const grants: KeyGrant[] = [];
  const rest: KeyStatement[] = [];
  for (const statement of statements) {
    const operations = operationsOf(statement);
    if (operations.length === 0) continue;
    if (key.managedByAws) {
      if (!isOwn(statement, target)) throw closedKey(statement, target, key);
    } else if (key.bucketKeys && isPlain(statement)) grants.push(...grantsOf(statement, target, operations));
    else rest.push(keyStatement(statement, target, operations));
  }
  return { grants, statements: rest };
}

/** A multipart upload reads as well: KMS opens its data key again for each part. */
function operationsOf({ effect, grants }: Statement): string[] {
  if (effect === 'Deny') return [];
  const given = new Set(grants.map(({ action }) => action));
  const writes = given.has('holdfast:PublishVersion');
  return [
    ...(writes || given.has('holdfast:GetContent') ? ['Decrypt'] : []),
    ...(writes ? ['GenerateDataKey'] : []),
  ];
}

function isPlain({ principals, condition }: Statement): boolean {
  return !principals.everyone && principals.services.length === 0 && Object.keys(condition).length === 0;
}

function isOwn({ principals: { everyone, services, aws } }: Statement, { account }: CompileTarget): boolean {
  return !everyone && services.length === 0 && aws.every((arn) => arn.split(':')[4] === account);
}

const bucketArn = ({ partition, bucket }: CompileTarget): string => `arn:${partition}:s3:::${bucket}`;

function grantsOf(
  { principals, index }: Statement,
  target: CompileTarget,
  Operations: readonly string[],
): KeyGrant[] {
  return principals.aws.map((GranteePrincipal, at) => ({
    Name: `${grantPrefix(target)}${index}n${at}`,
    GranteePrincipal,
    Operations,
    Constraints: { EncryptionContextSubset: { 'aws:s3:arn': bucketArn(target) } },
  }));
}

/** What is said of whoever asks S3 holds in KMS as well; what is said of the request itself (its address, its network) does not. */
const OF_THE_CALLER = /^aws:(Principal|Source(Account|Arn|Org))/i;

function keyStatement(
  { principals: { everyone, aws, services }, condition, index }: Statement,
  target: CompileTarget,
  operations: readonly string[],
): KeyStatement {
  const said = Object.entries(condition).flatMap(([operator, keys]) => {
    const kept = Object.entries(keys).filter(([key]) => OF_THE_CALLER.test(key));
    return kept.length === 0 ? [] : [[operator, Object.fromEntries(kept)] as const];
  });
  const bucket = bucketArn(target);
  const contents = `${bucket}/${target.prefix}content/${target.repository}/*`;
  const kept = Object.fromEntries(said);
  return {
    Sid: `${grantPrefix(target)}${index}`,
    Effect: 'Allow',
    Principal: everyone ? '*' : services.length > 0 ? { Service: services } : { AWS: aws },
    Action: operations.map((operation) => `kms:${operation}`),
    Resource: ['*'],
    Condition: {
      ...kept,
      StringLike: { ...kept['StringLike'], 'kms:EncryptionContext:aws:s3:arn': [bucket, contents] },
    },
  };
}

function closedKey({ label }: Statement, { bucket }: CompileTarget, { arn }: BucketKey): HoldfastError {
  return new HoldfastError(
    'invalid-input',
    `statement ${label}: the bucket "${bucket}" is encrypted with AWS's own key ${arn}, which no other account can be let to use`,
    {
      hint: 'Encrypt the bucket with a KMS key of your own, or with SSE-S3, and store its contents anew: a changed key is for later objects only.',
    },
  );
}
