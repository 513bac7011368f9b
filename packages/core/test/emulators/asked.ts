import type { IncomingHttpHeaders } from 'node:http';

/** One thing that a request asks AWS to do, as IAM judges it. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  /** Whose table or bucket it is; empty for the caller's own. */
  readonly account: string;
  readonly bucket?: string;
  /** The partition, of a table. */
  readonly leading?: string;
  readonly context: Readonly<Record<string, string>>;
}

type Key = { readonly pk?: { readonly S?: string } };
interface Operation {
  readonly TableName?: string;
  readonly Key?: Key;
  readonly Item?: Key;
}
interface Body extends Operation {
  readonly ExpressionAttributeValues?: { readonly ':pk'?: { readonly S?: string } };
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Key[] }>>;
  readonly TransactItems?: readonly Readonly<Record<string, Operation>>[];
}

const TRANSACTED: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** What a request to DynamoDB touches: each table and partition with the action that it takes. */
export function askedOfTables(target: string, body: Buffer): Asked[] {
  const call = target.split('.')[1] ?? '';
  const { TableName, Key, ExpressionAttributeValues, RequestItems, TransactItems } = JSON.parse(
    body.toString('utf8') || '{}',
  ) as Body;
  if (RequestItems !== undefined) {
    return Object.entries(RequestItems).flatMap(([table, { Keys = [] }]) =>
      Keys.map((key) => inTable(call, table, key.pk?.S)),
    );
  }
  if (TransactItems !== undefined) {
    return TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, operation]) =>
        inTable(TRANSACTED[kind] ?? kind, operation.TableName, (operation.Key ?? operation.Item)?.pk?.S),
      ),
    );
  }
  return [inTable(call, TableName, Key?.pk?.S ?? ExpressionAttributeValues?.[':pk']?.S)];
}

function inTable(call: string, table = '', leading = ''): Asked {
  const account = table.startsWith('arn:') ? (table.split(':')[4] ?? '') : '';
  return { action: `dynamodb:${call}`, resource: table, account, leading, context: {} };
}

/** What a request to S3, in path style, asks of a bucket whose owner it names. */
export function askedOfBucket(method: string, path: string, headers: IncomingHttpHeaders): Asked[] {
  const url = new URL(path, 'http://s3');
  const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
  const key = rest.join('/');
  const account = String(headers['x-amz-expected-bucket-owner'] ?? '');
  const arn = `arn:aws:s3:::${bucket}`;
  const of = (action: string, resource: string, context: Readonly<Record<string, string>> = {}): Asked[] => [
    { action: `s3:${action}`, resource, account, bucket, context },
  ];
  const query = url.searchParams;
  if (key === '') {
    const listing = query.has('versions')
      ? 'ListBucketVersions'
      : query.has('uploads')
        ? 'ListBucketMultipartUploads'
        : 'ListBucket';
    return of(listing, arn, { 's3:prefix': query.get('prefix') ?? '' });
  }
  const object = `${arn}/${key}`;
  if (query.has('legal-hold')) return of('PutObjectLegalHold', object, { 's3:object-lock-legal-hold': 'ON' });
  if (method === 'GET' || method === 'HEAD')
    return of(
      query.has('uploadId')
        ? 'ListMultipartUploadParts'
        : query.has('versionId')
          ? 'GetObjectVersion'
          : 'GetObject',
      object,
    );
  if (method === 'DELETE')
    return of(
      query.has('uploadId')
        ? 'AbortMultipartUpload'
        : query.has('versionId')
          ? 'DeleteObjectVersion'
          : 'DeleteObject',
      object,
    );
  return of('PutObject', object);
}
