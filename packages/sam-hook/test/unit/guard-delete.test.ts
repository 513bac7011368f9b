import { describe, expect, test } from '@jest/globals';
import { guardDelete, type GuardOptions } from '../../src/guard-delete.js';

const FRONT = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/pay';
const GUARD = ['--s3-bucket', 'sthree-no-bucket-of-anybody', '--s3-prefix', ''];

/** What is added to the arguments of `sam delete` for a stack that uses something in the bucket `store`. */
function guarded(resources: object, s3Bucket?: string): Promise<string[]> {
  const references = [{ version: { repository: 'default', id: 'pay/Fn', number: 1 } }];
  return guardDelete({
    store: {
      async *listConsumers() {
        yield* [`${FRONT}/1`, `${FRONT.slice(0, -1)}s/1`];
      },
      consumer: async (arn: string) => ({ references: arn === `${FRONT}/1` ? references : [] }),
      locate: async () => ({ region: 'eu-west-1', bucket: 'store', key: 'k' }),
    } as never,
    api: {
      place: async () => ({ partition: 'aws', region: 'eu-west-1', account: '123456789012' }),
      getTemplate: async () => ({ TemplateBody: JSON.stringify({ Resources: resources }) }),
    } as never,
    stack: 'pay',
    parameters: { s3Bucket },
  });
}

const fn = (codeUri: unknown, stamp?: object) => ({
  Fn: { Type: 'AWS::Serverless::Function', Metadata: stamp, Properties: { CodeUri: codeUri } },
});

describe('sam delete is told another bucket', () => {
  test.each([
    ['s3://store/content/k'],
    [{ Bucket: 'store', Key: 'k' }],
    [{ S3Bucket: 'store', S3Key: 'k' }],
    ['https://s3.eu-west-1.amazonaws.com/store/k'],
  ])('where the template names the one of the store in so many words: %j', async (codeUri) => {
    expect(await guarded(fn(codeUri))).toEqual(GUARD);
  });

  test('where Holdfast wrote a literal location, in whatever region its bucket is', async () => {
    expect(await guarded(fn('s3://replicas/k', { Holdfast: { CodeUri: { Version: 'v' } } }))).toEqual(GUARD);
  });

  test('where it was told the one of the store', async () => {
    expect(await guarded(fn('s3://own/k'), 'store')).toEqual(GUARD);
  });
});

test('nothing is added where sam cannot reach the store: it deletes what is its own', async () => {
  expect(await guarded(fn({ Bucket: { 'Fn::FindInMap': ['Holdfast', 'r', 'Bucket'] }, Key: 'k' }))).toEqual(
    [],
  );
  expect(await guarded(fn('s3://own/k'), 'own')).toEqual([]);
});

test('a location at which sam stops is refused before anything is deleted, with another way', async () => {
  const app = {
    Type: 'AWS::Serverless::Application',
    Properties: { Location: 'https://store.s3.amazonaws.com/k' },
  };
  await expect(guarded({ App: app })).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringContaining('delete-stack --stack-name pay') as unknown,
  });
});

test('a template that could not be read ends it; a stack that is not there is for sam to tell', async () => {
  const options = {
    store: {
      async *listConsumers() {
        yield* [];
      },
    },
    stack: 'pay',
    parameters: { s3Bucket: undefined },
  } as unknown as GuardOptions;
  const place = async () => ({ partition: 'aws', region: 'eu-west-1', account: '123456789012' });
  const failing = (message: string) => ({
    place,
    getTemplate: async () => {
      throw new Error(message);
    },
  });
  await expect(guardDelete({ ...options, api: failing('Rate exceeded') as never })).rejects.toMatchObject({
    code: 'unavailable',
  });
  const absent = failing('Stack with id pay does not exist') as never;
  expect(await guardDelete({ ...options, api: absent })).toEqual([]);
});
