import { describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import type { S3Api } from '../../../src/engines/aws/content/client.js';
import { S3Content } from '../../../src/engines/aws/content/s3-content.js';
import type { ContentCopy } from '../../../src/ports/index.js';

const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const copy: ContentCopy = { repository: 'default', digest, generation: 1 };
const bucket = {
  name: 'some-bucket',
  region: 'eu-west-1',
  owner: '123456789012',
  prefix: '',
  objectLock: true,
};

/** An error as the SDK throws it; without a status when there was no answer. */
function awsError(name: string, httpStatusCode?: number): Error {
  const $metadata = httpStatusCode === undefined ? {} : { httpStatusCode };
  return Object.assign(new Error(name), { name, $metadata });
}

/** A client whose every answer is the failure of that call, or of all. */
function failing(byCall: Partial<Record<keyof S3Api | 'all', Error>>): S3Api {
  const get = (_: object, call: string) => async () => {
    throw byCall[call as keyof S3Api] ?? byCall.all ?? new Error(`unexpected ${call}`);
  };
  return new Proxy({}, { get }) as S3Api;
}

const operations: Record<string, (content: S3Content) => Promise<unknown>> = {
  has: (content) => content.has(copy),
  put: (content) => content.put(copy, { open: () => Readable.from([]) }),
  open: (content) => content.open(copy),
  delete: (content) => content.delete(copy),
  list: (content) => content.list('default')[Symbol.asyncIterator]().next(),
  locate: (content) => content.locate(copy),
  removeAbandoned: (content) => content.removeAbandoned(new Date(), 'default'),
};

describe.each(Object.entries(operations))('%s', (_, operation) => {
  test.each([
    [awsError('AccessDenied', 403), 'access-denied'],
    [awsError('InvalidAccessKeyId', 403), 'access-denied'],
    [awsError('ExpiredToken', 400), 'access-denied'],
    [awsError('CredentialsProviderError'), 'access-denied'],
    [awsError('SlowDown', 503), 'unavailable'],
    [awsError('InternalError', 500), 'unavailable'],
    [awsError('TimeoutError'), 'unavailable'],
    [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'unavailable'],
    [awsError('PermanentRedirect', 301), 'unavailable'],
    [awsError('NoSuchBucket', 404), 'unavailable'],
  ] as const)('%s is a failure and no absence', async (error, code) => {
    await expect(operation(new S3Content(failing({ all: error }), bucket))).rejects.toMatchObject({ code });
  });

  test('expired credentials are told as such, with what to do', async () => {
    const content = new S3Content(failing({ all: awsError('ExpiredToken', 400) }), bucket);
    await expect(operation(content)).rejects.toMatchObject({
      message: expect.stringContaining('expired'),
      hint: expect.stringContaining('aws sso login'),
    });
  });
});

describe('a HEAD, whose answer gives no reason', () => {
  test('the reason is asked for', async () => {
    const s3 = failing({ head: awsError('BadRequest', 400), listVersions: awsError('ExpiredToken', 400) });
    await expect(new S3Content(s3, bucket).has(copy)).rejects.toMatchObject({
      message: expect.stringContaining('expired'),
    });
  });

  test('404 of an absent bucket is no absence of the content', async () => {
    const s3 = failing({ head: awsError('NotFound', 404), listVersions: awsError('NoSuchBucket', 404) });
    await expect(new S3Content(s3, bucket).has(copy)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('some-bucket'),
    });
  });

  test('403 stays a refusal though listing is allowed', async () => {
    const s3 = {
      ...failing({ head: awsError('Forbidden', 403) }),
      listVersions: async () => ({ Versions: [] }),
    };
    const content = new S3Content(
      { ...s3, head: () => Promise.reject(awsError('Forbidden', 403)) } as unknown as S3Api,
      bucket,
    );
    await expect(content.has(copy)).rejects.toMatchObject({ code: 'access-denied' });
  });
});

test("what others put at a copy's key is named, and is never taken for the copy", async () => {
  const s3 = {
    put: () => Promise.reject(awsError('PreconditionFailed', 412)),
    head: async () => ({ ContentLength: 0, Metadata: {} }),
  } as unknown as S3Api;
  const put = new S3Content(s3, bucket).put(copy, { open: () => Readable.from([]) });
  await expect(put).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining('some-bucket'),
  });
});
