/**
 * The one DynamoDB table of an account and region: what the CloudFormation template declares and the catalog relies on.
 *
 * Two keys, both text, and no index besides: every listing is a range of sort keys in one partition, so every read is
 * strongly consistent. What the keys mean is written at catalog/keys.ts.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/** The definition in the words that both `CreateTable` and `AWS::DynamoDB::Table` take. On demand. */
export const TABLE_SCHEMA = {
  AttributeDefinitions: [
    { AttributeName: TABLE_KEYS.partition, AttributeType: 'S' },
    { AttributeName: TABLE_KEYS.sort, AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: TABLE_KEYS.partition, KeyType: 'HASH' },
    { AttributeName: TABLE_KEYS.sort, KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const;
