import { Readable } from 'node:stream';

/** What can happen to a request on its way; `sent` says whether the service carried it out all the same. */
export type Fault =
  | { readonly name: 'reset' | 'timeout'; readonly sent: boolean }
  /** The answer comes, and its connection breaks in the middle of the body. */
  | { readonly name: 'cut'; readonly sent: true }
  | { readonly name: number; readonly type: string; readonly sent: boolean };

/** The faults of a service, and how it tells of them. */
export interface FaultyService {
  readonly faults: readonly Fault[];
  readonly contentType: string;
  bodyOf(type: string): string;
}

const NETWORK: readonly Fault[] = [
  { name: 'reset', sent: false },
  { name: 'reset', sent: true },
  { name: 'timeout', sent: false },
  { name: 'timeout', sent: true },
];

export const DYNAMO: FaultyService = {
  faults: [
    ...NETWORK,
    { name: 500, type: 'InternalServerError', sent: false },
    { name: 500, type: 'InternalServerError', sent: true },
    { name: 503, type: 'ServiceUnavailable', sent: true },
    { name: 400, type: 'ThrottlingException', sent: false },
    { name: 400, type: 'ProvisionedThroughputExceededException', sent: false },
  ],
  contentType: 'application/x-amz-json-1.0',
  bodyOf: (type) =>
    JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'a fault' }),
};

export const S3: FaultyService = {
  faults: [
    ...NETWORK,
    { name: 'cut', sent: true },
    { name: 500, type: 'InternalError', sent: false },
    { name: 500, type: 'InternalError', sent: true },
    { name: 503, type: 'SlowDown', sent: false },
    { name: 503, type: 'ServiceUnavailable', sent: true },
    { name: 400, type: 'RequestTimeout', sent: false },
  ],
  contentType: 'application/xml',
  bodyOf: (type) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${type}</Code><Message>a fault</Message></Error>`,
};

/** The first half of a body, and then a connection that breaks. */
export function cutShort(body: Readable): Readable {
  return Readable.from(
    (async function* () {
      const bytes = Buffer.concat(await body.toArray());
      yield bytes.subarray(0, bytes.length / 2);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
    { objectMode: false },
  );
}
