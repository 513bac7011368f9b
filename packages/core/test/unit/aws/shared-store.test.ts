import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import { findSharedStore } from '../../../src/engines/aws/access/shared-store.js';
import type { DynamoApi } from '../../../src/engines/aws/catalog/client.js';

const identity = { partition: 'aws', region: 'eu-west-1', account: '111111111111' };
const TABLE = 'arn:aws:dynamodb:eu-west-1:111111111111:table/holdfast';

/** Answers as DynamoDB does, to whoever names the table by its ARN. */
function dynamo(answer: () => object): { readonly api: DynamoApi; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const get: DynamoApi['get'] = (input) => {
    asked.push([input.TableName, input.Key]);
    return Promise.resolve(answer() as never);
  };
  return { api: { get, close: () => undefined } as DynamoApi, asked };
}

test("another account's store is found by the ARN of its table, in the one item that says where it lies", async () => {
  const { api, asked } = dynamo(() => ({
    Item: marshall({ pk: '~place', sk: 'place', bucket: 'b-1', eventBus: 'holdfast' }),
  }));
  const found = await findSharedStore(identity, () => Promise.resolve(api));
  expect(found).toEqual({ bucket: 'b-1', eventBus: 'holdfast', table: TABLE });
  expect(asked).toEqual([[TABLE, marshall({ pk: '~place', sk: 'place' })]]);
});

test('who is not let in is told so, and not that there is no store', async () => {
  const { api } = dynamo(() => {
    throw Object.assign(new Error('not authorized'), {
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
  });
  const found = findSharedStore(identity, () => Promise.resolve(api));
  await expect(found).rejects.toMatchObject({
    code: 'access-denied',
    message: expect.stringContaining('111111111111 shares no store'),
  });
});

test('no answer is no denial', async () => {
  const { api } = dynamo(() => {
    throw Object.assign(new Error('time-out'), { name: 'TimeoutError' });
  });
  await expect(findSharedStore(identity, () => Promise.resolve(api))).rejects.toMatchObject({
    code: 'unavailable',
  });
});
