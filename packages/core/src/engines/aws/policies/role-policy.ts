import { EVENT_BUS_NAME, STACK_NAME } from '../bootstrap/template.js';
import { LISTS_OF_STACKS, READS_OF_STACKS } from './evidence-policy.js';
import { keyStatements, keyUse } from './key-statements.js';

/** Who does what. A pipeline that publishes and deploys takes both policies. */
export const ROLES = ['publisher', 'deployer', 'reader', 'gc', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Where the store lies that a policy is for. */
export interface PolicyScope {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  readonly table: string;
  /** Where contents lie: the store's bucket and users' own, with what the keys begin with there: empty, or text that ends with a slash. */
  readonly places: readonly { readonly bucket: string; readonly prefix: string }[];
  /** The ARNs of the KMS keys of the user that contents are encrypted with there. */
  readonly keys?: readonly string[];
  /** The repository that the policy is confined to; all when absent. */
  readonly repository?: string;
  /** What the table's partitions begin with, for the catalog of another region's replicas; that of the store itself when absent. */
  readonly partitions?: string;
  /** Whether the store is another account's, which lets the role in by a repository's policy. */
  readonly shared?: boolean;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** What each role does with the table, and in which partitions besides the repository's own (catalog/keys.ts). */
const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'];
const REMOVALS = ['dynamodb:DeleteItem'];
const SHARED_READS = ['~repositories', '~consumers', '~consumer#*', '~former#*', '~stores'];

/**
 * The least that a role needs, as an IAM policy document. Pure: two calls with the same scope give the same document.
 *
 * Only `gc` may lift a hold or delete an object. What IAM cannot tell apart within one repository of the table (condemning a
 * version and recording one are both writes to items) the catalog's conditions decide.
 */
export function rolePolicy(role: Role, scope: PolicyScope): PolicyDocument {
  const Statement = [...readStatements(scope), ...keyUse(role, scope), ...STATEMENTS[role](scope)];
  return { Version: '2012-10-17', Statement };
}

const STATEMENTS: Readonly<Record<Role, (scope: PolicyScope) => readonly Statement[]>> = {
  reader: () => [],
  publisher: (scope) => [
    allow(
      'StoreContents',
      ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      [...objects(scope), ...objects(scope, 'journal')],
    ),
    {
      ...allow('HoldContents', ['s3:PutObjectLegalHold'], [...objects(scope), ...objects(scope, 'journal')]),
      Condition: { StringEquals: { 's3:object-lock-legal-hold': 'ON' } },
    },
    listUploads(scope),
    // The repository `default` comes into being when it is first published to.
    onItems('RecordVersions', [...WRITES, ...REMOVALS], scope, ['~repositories']),
  ],
  deployer: (scope) => [
    onItems('RegisterReferences', [...WRITES, ...REMOVALS], scope, [
      '~consumers',
      '~consumer#*',
      '~former#*',
      '~stores',
    ]),
    ...evidenceStatements(scope),
  ],
  gc: (scope) => [
    allow(
      'RemoveContents',
      ['s3:PutObjectLegalHold', 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:AbortMultipartUpload'],
      objects(scope),
    ),
    allow('NoteRemovals', ['s3:PutObject'], objects(scope, 'journal')),
    {
      ...allow('HoldNotes', ['s3:PutObjectLegalHold'], objects(scope, 'journal')),
      Condition: { StringEquals: { 's3:object-lock-legal-hold': 'ON' } },
    },
    listUploads(scope),
    // Replicas that went are forgotten by releasing their pins.
    onItems('RecordRemovals', [...WRITES, ...REMOVALS], scope, ['~consumers', '~consumer#*', '~former#*']),
    sendEvents(scope),
  ],
  admin: (scope) => [
    onItems('ManageRepositoriesAndEvents', [...WRITES, ...REMOVALS], scope, [
      '~repositories',
      '~consumers',
      '~consumer#*',
      '~former#*',
      '~events',
      '~sequence',
      '~place',
      '~regions',
      '~granted',
    ]),
    allow(
      'ShareTheTable',
      ['dynamodb:GetResourcePolicy', 'dynamodb:PutResourcePolicy', 'dynamodb:DeleteResourcePolicy'],
      [table(scope)],
    ),
    allow(
      'ShareTheEventBus',
      ['events:PutPermission', 'events:RemovePermission'],
      [arn(scope, 'events', `event-bus/${STACK_NAME}`)],
    ),
    sendEvents(scope),
    allow('MakeTheStack', ['cloudformation:CreateStack', 'cloudformation:TagResource'], [stack(scope)]),
    allow(
      'MakeTheBucket',
      [
        's3:CreateBucket',
        's3:PutBucketVersioning',
        's3:PutBucketObjectLockConfiguration',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:PutEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
        's3:GetBucketPolicy',
        's3:PutBucketTagging',
      ],
      [arn(scope, 's3', `${STACK_NAME}-bucket-*`, ':')],
    ),
    allow(
      'MakeTheTable',
      [
        'dynamodb:CreateTable',
        'dynamodb:DescribeTable',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:UpdateContinuousBackups',
        'dynamodb:UpdateTable',
        'dynamodb:TagResource',
      ],
      [table(scope)],
    ),
    allow(
      'MakeTheEventBus',
      [
        'events:CreateEventBus',
        'events:DescribeEventBus',
        'events:DescribeRule',
        'events:PutRule',
        'events:TagResource',
      ],
      [arn(scope, 'events', `event-bus/${STACK_NAME}`), arn(scope, 'events', `rule/${STACK_NAME}/*`)],
    ),
    allow(
      'ManageOwnBuckets',
      [
        's3:GetBucketVersioning',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketObjectLockConfiguration',
        's3:GetLifecycleConfiguration',
        's3:GetEncryptionConfiguration',
        's3:GetBucketPolicy',
        's3:PutBucketPolicy',
        's3:DeleteBucketPolicy',
      ],
      [arn(scope, 's3', '*', ':')],
    ),
    ...keyStatements(arn(scope, 'kms', 'key/*', `${scope.region}:*`)),
    ...evidenceStatements(scope),
    allow('ReadJournal', ['s3:GetObject', 's3:GetObjectVersion'], objects(scope, 'journal')),
    {
      ...allow('ListJournal', ['s3:ListBucket', 's3:ListBucketVersions'], buckets(scope)),
      Condition: { StringLike: { 's3:prefix': [...keys(scope, 'journal'), ...roots(scope)] } },
    },
  ],
};

/** Another account's store is found by the one item that says where it lies; its stack is its owner's. */
function readStatements(scope: PolicyScope): Statement[] {
  return [
    scope.shared === true
      ? {
          ...allow('FindTheStore', ['dynamodb:GetItem'], [table(scope)]),
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['~place'] } },
        }
      : allow('FindTheStore', ['cloudformation:DescribeStacks'], [stack(scope)]),
    allow('ReadContents', ['s3:GetObject', 's3:GetObjectVersion'], objects(scope)),
    {
      // Without it S3 answers "forbidden" instead of "not there".
      ...allow('ListContents', ['s3:ListBucket', 's3:ListBucketVersions'], buckets(scope)),
      Condition: { StringLike: { 's3:prefix': keys(scope) } },
    },
    onItems(
      'ReadCatalog',
      ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      scope,
      SHARED_READS,
    ),
  ];
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

/** Items of the repository's own partitions, and of those that are shared. */
function onItems(
  Sid: string,
  Action: readonly string[],
  scope: PolicyScope,
  shared: readonly string[],
): Statement {
  const statement = allow(Sid, Action, [table(scope)]);
  const { repository, partitions = '' } = scope;
  if (repository === undefined && partitions === '') return statement;
  const leading =
    repository === undefined
      ? [`${partitions}*`]
      : [`${repository}#*`, ...shared].map((key) => partitions + key);
  return { ...statement, Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leading } } };
}

/** The outbox gets its numbers across all repositories, so a role confined to one can send nothing. */
function sendEvents(scope: PolicyScope): Statement {
  return allow('SendEvents', ['events:PutEvents'], [arn(scope, 'events', `event-bus/${EVENT_BUS_NAME}`)]);
}

function listUploads(scope: PolicyScope): Statement {
  return allow('ListUploads', ['s3:ListBucketMultipartUploads'], buckets(scope));
}

/**
 * What settling reads: it believes nothing but what CloudFormation and Lambda say. Whoever uses another account's store asks those of the own
 * account, which the policies for that account name.
 */
function evidenceStatements(scope: PolicyScope): Statement[] {
  if (scope.shared === true) return [];
  return [
    allow('ReadStacks', READS_OF_STACKS, [arn(scope, 'cloudformation', 'stack/*')]),
    allow(
      'ReadFunctions',
      ['lambda:GetFunction', 'lambda:ListAliases', 'lambda:ListVersionsByFunction'],
      [arn(scope, 'lambda', 'function:*')],
    ),
    // Functions use layers of other accounts too.
    allow('ReadLayers', ['lambda:GetLayerVersion'], [arn(scope, 'lambda', 'layer:*', `${scope.region}:*`)]),
    // These calls know no resource.
    allow('ListStacksAndFunctions', [...LISTS_OF_STACKS, 'lambda:ListFunctions'], ['*']),
  ];
}

type Part = 'content' | 'journal';

function keys({ places, repository = '*' }: PolicyScope, part: Part = 'content'): string[] {
  return [...new Set(places.map(({ prefix }) => `${prefix}${part}/${repository}/*`))];
}

/** Where the repositories of a bucket lie side by side: whoever rebuilds all of them has to find their names. */
function roots({ places, repository }: PolicyScope): string[] {
  if (repository !== undefined) return [];
  return [...new Set(places.flatMap(({ prefix }) => [`${prefix}content/`, `${prefix}journal/`]))];
}

function objects(scope: PolicyScope, part: Part = 'content'): string[] {
  return scope.places.flatMap((place) =>
    keys({ ...scope, places: [place] }, part).map((key) => arn(scope, 's3', `${place.bucket}/${key}`, ':')),
  );
}

function buckets(scope: PolicyScope): string[] {
  return [...new Set(scope.places.map(({ bucket }) => arn(scope, 's3', bucket, ':')))];
}

function table(scope: PolicyScope): string {
  return arn(scope, 'dynamodb', `table/${scope.table}`);
}

function stack(scope: PolicyScope): string {
  return arn(scope, 'cloudformation', `stack/${STACK_NAME}/*`);
}

/** Buckets are named without region and account. */
function arn(
  { partition, region, account }: PolicyScope,
  service: string,
  rest: string,
  place = `${region}:${account}`,
): string {
  return `arn:${partition}:${service}:${place}:${rest}`;
}
