import type { IncomingHttpHeaders } from 'node:http';

/** One HTTP request to AWS, complete. */
export interface RawRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What IAM is asked for a request. Most requests are one question; a transaction is one for each of its items. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

interface Place {
  readonly account: string;
  readonly region: string;
}

/** The service that a request is signed for; empty for one without a signature. */
export function serviceOf({ headers }: RawRequest): string {
  return /\/([a-z0-9-]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** Throws for a request that is not known here: whoever adds one says which right it takes. */
export function iamRequestsOf(request: RawRequest, place: Place): IamRequest[] {
  const service = serviceOf(request);
  const read = Object.hasOwn(SERVICES, service) ? SERVICES[service] : undefined;
  const asked = read?.(request, place);
  if (asked !== undefined) return asked;
  throw new Error(`no right is known for ${service}: ${request.method} ${request.url}`);
}

type Reader = (request: RawRequest, place: Place) => IamRequest[] | undefined;

const SERVICES: Readonly<Record<string, Reader>> = {
  // Everybody may ask who they are.
  sts: () => [],
  s3: readS3,
  dynamodb: readDynamo,
  cloudformation: readCloudFormation,
  events: (_, { region, account }) => [
    question('events:PutEvents', `arn:aws:events:${region}:${account}:event-bus/holdfast`),
  ],
  lambda: readLambda,
};

function question(action: string, resource: string, context: IamRequest['context'] = {}): IamRequest {
  return { action, resource, context };
}

const OBJECT_CALLS: readonly [method: string, parameter: string, action: string][] = [
  ['GET', 'uploadId', 's3:ListMultipartUploadParts'],
  ['GET', 'versionId', 's3:GetObjectVersion'],
  ['GET', '', 's3:GetObject'],
  ['HEAD', 'versionId', 's3:GetObjectVersion'],
  ['HEAD', '', 's3:GetObject'],
  ['PUT', 'legal-hold', 's3:PutObjectLegalHold'],
  ['PUT', '', 's3:PutObject'],
  ['POST', '', 's3:PutObject'],
  ['DELETE', 'uploadId', 's3:AbortMultipartUpload'],
  ['DELETE', 'versionId', 's3:DeleteObjectVersion'],
  ['DELETE', '', 's3:DeleteObject'],
];

function readS3({ method, url, headers, body }: RawRequest): IamRequest[] | undefined {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [bucket = '', ...rest] = decodeURIComponent(pathname).slice(1).split('/');
  const key = rest.join('/');
  const arn = `arn:aws:s3:::${bucket}`;
  if (key === '') {
    const prefix = searchParams.get('prefix');
    if (searchParams.has('uploads')) return [question('s3:ListBucketMultipartUploads', arn)];
    if (!searchParams.has('versions')) return undefined;
    return [question('s3:ListBucketVersions', arn, prefix === null ? {} : { 's3:prefix': prefix })];
  }
  const call = OBJECT_CALLS.find(
    ([verb, parameter]) => verb === method && (parameter === '' || searchParams.has(parameter)),
  );
  if (call === undefined) return undefined;
  const [, , action] = call;
  const object = `${arn}/${key}`;
  if (action === 's3:PutObjectLegalHold') {
    const status = /<Status>(\w+)</.exec(body.toString())?.[1] ?? '';
    return [question(action, object, { 's3:object-lock-legal-hold': status })];
  }
  const hold = headers['x-amz-object-lock-legal-hold'];
  const holds =
    typeof hold === 'string'
      ? [question('s3:PutObjectLegalHold', object, { 's3:object-lock-legal-hold': hold })]
      : [];
  return [question(action, object), ...holds];
}

type Item = Readonly<Record<string, { readonly S?: string }>>;
interface Keyed {
  readonly Key?: Item;
  readonly Item?: Item;
}
interface DynamoBody {
  readonly Key?: Item;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly TransactItems?: readonly Readonly<Record<string, Keyed>>[];
}

const TRANSACTED: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function readDynamo({ headers, body }: RawRequest, { region, account }: Place): IamRequest[] | undefined {
  const name = String(headers['x-amz-target']).split('.').at(-1) ?? '';
  const input = JSON.parse(body.toString()) as DynamoBody;
  const table = `arn:aws:dynamodb:${region}:${account}:table/holdfast`;
  const on = (action: string, keys: readonly string[]): IamRequest =>
    question(`dynamodb:${action}`, table, { 'dynamodb:LeadingKeys': keys });
  const keyOf = (item: Item | undefined): string => item?.['pk']?.S ?? '';
  switch (name) {
    case 'GetItem':
      return [on(name, [keyOf(input.Key)])];
    case 'Query':
      return [on(name, [input.ExpressionAttributeValues?.[':pk']?.S ?? ''])];
    case 'BatchGetItem':
      return [
        on(
          name,
          Object.values(input.RequestItems ?? {}).flatMap(({ Keys }) => Keys.map(keyOf)),
        ),
      ];
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return (input.TransactItems ?? []).flatMap((action) =>
        Object.entries(action).map(([kind, { Key, Item }]) =>
          on(TRANSACTED[kind] ?? kind, [keyOf(Key ?? Item)]),
        ),
      );
    default:
      return undefined;
  }
}

/** Calls that IAM knows no resource for. */
const EVERYWHERE = new Set([
  'DescribeStackRefactor',
  'ListStackRefactorActions',
  'ListStackRefactors',
  'ListStacks',
]);

function readCloudFormation({ body }: RawRequest, { region, account }: Place): IamRequest[] | undefined {
  const form = new URLSearchParams(body.toString());
  const action = form.get('Action');
  if (action === null) return undefined;
  const name = form.get('StackName') ?? '';
  const stack = name.startsWith('arn:')
    ? name
    : `arn:aws:cloudformation:${region}:${account}:stack/${name}/1`;
  return [question(`cloudformation:${action}`, EVERYWHERE.has(action) ? '*' : stack)];
}

function readLambda({ method, url }: RawRequest, { region, account }: Place): IamRequest[] | undefined {
  const { pathname, searchParams } = new URL(url, 'http://lambda');
  if (method !== 'GET') return undefined;
  if (searchParams.get('find') === 'LayerVersion')
    return [question('lambda:GetLayerVersion', searchParams.get('Arn') ?? '')];
  const [, name, part] =
    /\/functions(?:\/([^/]+)(?:\/([^/]+))?)?\/?$/.exec(decodeURIComponent(pathname)) ?? [];
  if (name === undefined) return [question('lambda:ListFunctions', '*')];
  const called = name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
  const actions: Readonly<Record<string, string>> = {
    versions: 'ListVersionsByFunction',
    aliases: 'ListAliases',
  };
  return [question(`lambda:${actions[part ?? ''] ?? 'GetFunction'}`, called)];
}
