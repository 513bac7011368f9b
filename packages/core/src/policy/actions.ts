/**
 * What a resource policy can allow, as data: each `holdfast:` action, what it is asked on, and the AWS permissions that it is made of.
 *
 * An action is granted when all its permissions are. No two groups of actions share a permission that is not `shared`, so that
 * granting one never grants another. Actions whose permissions are the same are inseparable: see {@link ActionRule.group}.
 */
export interface ActionRule {
  readonly action: string;
  /** The type of the ARN that the action is asked on. */
  readonly resource: 'repository' | 'artifact' | 'content' | 'store';
  /** What it lets somebody do, for people. */
  readonly meaning: string;
  /** Actions of one group have the same permissions: AWS cannot tell them apart, so a statement names all of them or none. */
  readonly group?: string;
  /** Why it is given for all artifacts of a repository or for none; absent where some can be named. */
  readonly undivided?: string;
  readonly permissions: readonly Permission[];
}

/** `{repository}` and `{rest}` stand for the repository's name and for what follows it in the resource's ARN. */
export type Permission =
  | {
      readonly service: 's3';
      readonly actions: readonly string[];
      /** What the keys begin with and match. */
      readonly keys: string;
      /** Asked on the bucket, with the keys as the listing's prefix. */
      readonly listing?: true;
      readonly condition?: { readonly operator: string; readonly key: string; readonly value: string };
      readonly shared?: true;
    }
  | {
      readonly service: 'dynamodb';
      readonly actions: readonly string[];
      /** Partitions of the catalog's table, as in engines/aws/catalog/keys.ts. */
      readonly partitions: readonly string[];
      /** Several actions need it, so that a Deny of one of them must leave it. */
      readonly shared?: true;
    }
  | { readonly service: 'events'; readonly actions: readonly string[]; readonly shared?: true };

const READS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const WRITES = [
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];

/** The one partition that says where the store of a region lies. */
export const PLACE_PARTITION = '~place';

/** Where the store lies and which repositories there are: who reads anything of the catalog finds it by this. */
const FINDING: Permission = {
  service: 'dynamodb',
  actions: READS,
  partitions: [PLACE_PARTITION, '{repository}#repository'],
  shared: true,
};

/** One account's consumers, whoever's they are: `~consumer#` goes before a stack's ARN, which holds the account. */
const OWN_CONSUMERS = '~consumer#arn:*:cloudformation:*:${aws:PrincipalAccount}:*';
const ALL_CONSUMERS = ['~consumers', '~former#*'];

const WRITING: readonly Permission[] = [
  { service: 'dynamodb', actions: WRITES, partitions: ['{repository}#*'] },
  {
    service: 'dynamodb',
    actions: READS,
    partitions: [
      '{repository}#condemned',
      '{repository}#outbox',
      '{repository}#removals',
      '{repository}#trees',
    ],
  },
  {
    service: 'dynamodb',
    actions: [...READS, ...WRITES],
    partitions: [OWN_CONSUMERS, ...ALL_CONSUMERS],
    shared: true,
  },
  {
    service: 's3',
    actions: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'],
    keys: 'content/{repository}/*',
  },
  {
    service: 's3',
    actions: ['s3:PutObjectLegalHold'],
    keys: 'content/{repository}/*',
    condition: { operator: 'StringEquals', key: 's3:object-lock-legal-hold', value: 'ON' },
  },
  {
    service: 's3',
    actions: ['s3:ListBucket', 's3:ListBucketVersions'],
    keys: 'content/{repository}/*',
    listing: true,
    shared: true,
  },
];

const writing = (action: string, meaning: string): ActionRule => ({
  action,
  resource: 'artifact',
  meaning,
  group: 'writing',
  undivided: 'whoever writes one artifact writes lists that all artifacts of the repository share',
  permissions: WRITING,
});

export const ACTION_RULES: readonly ActionRule[] = [
  {
    action: 'holdfast:GetArtifact',
    resource: 'artifact',
    meaning: 'read versions, bookmarks and uses of artifacts; not their bytes',
    undivided:
      'the versions of all artifacts of a repository lie in one partition, and DynamoDB tells nothing smaller apart',
    permissions: [
      FINDING,
      { service: 'dynamodb', actions: READS, partitions: ['{repository}#moves', '{repository}#versions'] },
    ],
  },
  {
    action: 'holdfast:ListArtifacts',
    resource: 'repository',
    meaning: 'list the artifacts of a repository, and find the latest version of one',
    permissions: [FINDING, { service: 'dynamodb', actions: READS, partitions: ['{repository}#artifacts'] }],
  },
  {
    action: 'holdfast:LocateContent',
    resource: 'repository',
    meaning: 'find where contents lie, by their digests',
    permissions: [FINDING, { service: 'dynamodb', actions: READS, partitions: ['{repository}#contents'] }],
  },
  {
    action: 'holdfast:GetContent',
    resource: 'content',
    meaning: 'read bytes',
    permissions: [
      {
        service: 's3',
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        keys: 'content/{repository}/{content}',
      },
    ],
  },
  writing('holdfast:PublishVersion', 'publish versions'),
  writing('holdfast:UseVersion', 'pin versions and settle references to them'),
  writing('holdfast:MoveBookmark', 'move and delete bookmarks'),
  writing('holdfast:DeleteVersion', 'condemn versions, and restore condemned ones'),
  {
    action: 'holdfast:SubscribeEvents',
    resource: 'store',
    meaning: "have rules of one's own on the store's event bus, which tells of every repository",
    permissions: [
      {
        service: 'events',
        actions: [
          'events:DeleteRule',
          'events:DescribeRule',
          'events:DisableRule',
          'events:EnableRule',
          'events:ListTargetsByRule',
          'events:PutRule',
          'events:PutTargets',
          'events:RemoveTargets',
        ],
      },
    ],
  },
];

export const ACTIONS: ReadonlyMap<string, ActionRule> = new Map(
  ACTION_RULES.map((rule) => [rule.action.toLowerCase(), rule]),
);

/** The other actions that go with one and cannot be told from it. */
export function inseparableFrom({ group }: ActionRule): readonly string[] {
  return group === undefined
    ? []
    : ACTION_RULES.filter((rule) => rule.group === group).map(({ action }) => action);
}
