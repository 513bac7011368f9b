import type { Statement } from './role-policy.js';

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
