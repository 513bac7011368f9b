import type { PolicyScope, Role, Statement } from './role-policy.js';

/** Who stores something: contents, or notes of what was removed. */
const STORING: ReadonlySet<Role> = new Set(['publisher', 'gc']);

/** Grants of the keys of users' own buckets, which may be another account's: for nothing but the bytes of a bucket. */
export function keyStatements(keys: string): Statement[] {
  const about = { Effect: 'Allow', Resource: [keys] } as const;
  return [
    { Sid: 'LookAtKeys', ...about, Action: ['kms:DescribeKey', 'kms:ListGrants', 'kms:RevokeGrant'] },
    {
      Sid: 'GrantKeys',
      ...about,
      Action: ['kms:CreateGrant'],
      Condition: {
        'ForAllValues:StringEquals': { 'kms:GrantOperations': ['Decrypt', 'GenerateDataKey'] },
        StringEquals: { 'kms:GrantConstraintType': 'EncryptionContextSubset' },
      },
    },
  ];
}

/** To read and write what S3 encrypts with keys of the user, by S3 alone. A multipart upload reads its data key again for each part. */
export function keyUse(role: Role, { partition, region, keys = [] }: PolicyScope): Statement[] {
  if (keys.length === 0) return [];
  const service = `s3.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
  return [
    {
      Sid: 'UseKeys',
      Effect: 'Allow',
      Action: ['kms:Decrypt', ...(STORING.has(role) ? ['kms:GenerateDataKey'] : [])],
      Resource: keys,
      Condition: { StringEquals: { 'kms:ViaService': service } },
    },
  ];
}
