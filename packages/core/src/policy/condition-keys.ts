/**
 * The condition keys that a policy may use: those that S3, DynamoDB and EventBridge all set, and that mean the same there.
 *
 * Source: "AWS global condition context keys", IAM user guide. Keys of one service are refused: the compiler sets them itself.
 */
export interface KeyRule {
  readonly key: string;
  readonly type: 'text' | 'arn' | 'address' | 'instant' | 'yes-no';
  /** The request has several values: it needs ForAnyValue or ForAllValues, and other keys must not have them. */
  readonly several?: true;
}

const RULES: readonly KeyRule[] = [
  { key: 'aws:CurrentTime', type: 'instant' },
  { key: 'aws:MultiFactorAuthPresent', type: 'yes-no' },
  { key: 'aws:PrincipalAccount', type: 'text' },
  { key: 'aws:PrincipalArn', type: 'arn' },
  { key: 'aws:PrincipalIsAWSService', type: 'yes-no' },
  { key: 'aws:PrincipalOrgID', type: 'text' },
  { key: 'aws:PrincipalOrgPaths', type: 'text', several: true },
  { key: 'aws:PrincipalType', type: 'text' },
  { key: 'aws:SecureTransport', type: 'yes-no' },
  { key: 'aws:SourceAccount', type: 'text' },
  { key: 'aws:SourceArn', type: 'arn' },
  { key: 'aws:SourceIp', type: 'address' },
  { key: 'aws:SourceOrgID', type: 'text' },
  { key: 'aws:SourceOrgPaths', type: 'text', several: true },
  { key: 'aws:SourceVpc', type: 'text' },
  { key: 'aws:SourceVpce', type: 'text' },
  { key: 'aws:ViaAWSService', type: 'yes-no' },
  { key: 'aws:userid', type: 'text' },
];

const BY_NAME = new Map(RULES.map((rule) => [rule.key.toLowerCase(), rule]));
const TAG = 'aws:principaltag/';

/** The rule of a key, whose case does not count; undefined for one that a policy may not use. */
export function keyRule(key: string): KeyRule | undefined {
  const name = key.toLowerCase();
  if (name.startsWith(TAG) && name.length > TAG.length)
    return { key: `aws:PrincipalTag/${key.slice(TAG.length)}`, type: 'text' };
  return BY_NAME.get(name);
}

const TEXT = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
];
const OPERATORS: Readonly<Record<KeyRule['type'], readonly string[]>> = {
  text: TEXT,
  arn: [...TEXT, 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
  address: ['IpAddress', 'NotIpAddress'],
  instant: [
    'DateEquals',
    'DateNotEquals',
    'DateLessThan',
    'DateLessThanEquals',
    'DateGreaterThan',
    'DateGreaterThanEquals',
  ],
  'yes-no': ['Bool'],
};

/** An operator, taken apart. */
export interface Operator {
  readonly set?: 'ForAnyValue' | 'ForAllValues';
  readonly name: string;
  readonly ifExists: boolean;
}

export function parseOperator(text: string): Operator {
  const [, set, name = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/s.exec(text) ?? [];
  return {
    ...(set === undefined ? {} : { set: set as 'ForAnyValue' | 'ForAllValues' }),
    name,
    ifExists: ifExists !== undefined,
  };
}

/** Why the operator does not go with the key; undefined when it does. */
export function operatorProblem(
  { set, name, ifExists }: Operator,
  { key, type, several }: KeyRule,
): string | undefined {
  if (name === 'Null') return set !== undefined || ifExists ? 'Null stands alone' : undefined;
  if (!OPERATORS[type].includes(name)) return `${key} takes ${[...OPERATORS[type], 'Null'].join(', ')}`;
  if (several === true && set === undefined) return `${key} has several values: write ForAnyValue:${name}`;
  if (several !== true && set !== undefined) return `${key} has one value: leave ${set} out`;
  return undefined;
}
