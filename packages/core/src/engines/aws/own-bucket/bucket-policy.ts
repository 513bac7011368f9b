import { createHash } from 'node:crypto';
import type { BucketPolicyStatement } from '../../../ports/index.js';

/** What the statements of a repository's bucket are made from. */
export interface PolicyFacts {
  readonly partition: string;
  readonly bucket: string;
  /** Empty, or text that ends with a slash. */
  readonly prefix: string;
  readonly repository: string;
  /** Whether it is the store's own bucket, whose stack says already what is the same for all repositories. */
  readonly home: boolean;
  readonly objectLock: boolean;
  /** Accounts whose functions may run from the repository; the store's own first. */
  readonly accounts: readonly string[];
  /** ARNs, or patterns of them, of who runs the sweep. */
  readonly collectors: readonly string[];
}

/** A statement's name has letters and digits only; what follows keeps repositories of one bucket apart. */
function namesOf({ prefix, repository }: PolicyFacts): (name: string) => string {
  const mark = createHash('sha256').update(`${prefix}${repository}`).digest('hex').slice(0, 8);
  return (name) => `Holdfast${mark}${name}`;
}

/** What the policy of the bucket should say for the repository. Pure: the same facts give the same statements. */
export function bucketPolicyStatements(facts: PolicyFacts): BucketPolicyStatement[] {
  const { partition, bucket, prefix, repository, home, objectLock, accounts, collectors } = facts;
  const name = namesOf(facts);
  const [contents, journal] = ['content', 'journal'].map(
    (part) => `arn:${partition}:s3:::${bucket}/${prefix}${part}/${repository}/*`,
  ) as [string, string];
  // The stack of the store's own bucket lets functions of its own account read.
  const readers = home ? accounts.slice(1) : accounts;
  const deny = (Sid: string, Action: string | readonly string[], Condition: object) =>
    ({
      Sid: name(Sid),
      Effect: 'Deny',
      Principal: '*',
      Action,
      Resource: [contents, journal],
      Condition,
    }) as BucketPolicyStatement;
  return [
    ...(home
      ? []
      : [
          deny('OnlyOverTls', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }),
          deny('EveryKeyIsWrittenOnce', 's3:PutObject', {
            Null: { 's3:if-none-match': 'true' },
            Bool: { 's3:ObjectCreationOperation': 'true' },
          }),
        ]),
    ...(objectLock
      ? []
      : [
          deny('OnlyTheSweepDeletes', ['s3:DeleteObject', 's3:DeleteObjectVersion'], {
            ArnNotLike: { 'aws:PrincipalArn': collectors },
          }),
        ]),
    ...(readers.length === 0
      ? []
      : [
          {
            Sid: name('LambdaReads'),
            Effect: 'Allow' as const,
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Resource: contents,
            Condition: { StringEquals: { 'aws:SourceAccount': readers } },
          },
        ]),
  ];
}

interface Document {
  readonly Version?: string;
  readonly Statement?: object | readonly object[];
}

/**
 * A bucket's policy with the statements of a repository in the place of those that it had for it before. Everything else stays as it is, in
 * its order. Undefined when the policy says exactly that already. Throws `SyntaxError` for text that is no JSON.
 */
export function mergedPolicy(
  existing: string | undefined,
  statements: readonly BucketPolicyStatement[],
  facts: PolicyFacts,
): string | undefined {
  const { Statement = [], ...document }: Document =
    existing === undefined ? { Version: '2012-10-17' } : (JSON.parse(existing) as Document);
  const before = Array.isArray(Statement) ? (Statement as readonly object[]) : [Statement];
  const ours = namesOf(facts)('');
  const others = before.filter(
    (statement) => !('Sid' in statement && String(statement.Sid).startsWith(ours)),
  );
  const after = [...others, ...statements];
  return JSON.stringify(after) === JSON.stringify(before)
    ? undefined
    : JSON.stringify({ ...document, Statement: after });
}
