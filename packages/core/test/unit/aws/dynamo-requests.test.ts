import { describe, expect, test } from '@jest/globals';
import { check, put, remove, toTransactItem, update } from '../../../src/engines/aws/catalog/actions.js';
import type { DynamoApi } from '../../../src/engines/aws/catalog/client.js';
import { and, expr, path } from '../../../src/engines/aws/catalog/expressions.js';
import { TableClient } from '../../../src/engines/aws/catalog/table-client.js';
import { Ticks } from '../../../src/engines/aws/catalog/ticks.js';

const key = { pk: 'default#contents', sk: 'content#x' };

describe('an action', () => {
  test('names attributes and values apart, each name once', () => {
    const changes = {
      set: [expr`#state = ${'live'}`],
      remove: [path('leases', 'a.b#c')],
      add: [expr`#live ${1}`],
    };
    const { Update } = toTransactItem(
      't',
      update(key, changes, and(expr`#state = ${'condemned'}`, expr`#live < ${9}`)),
    );
    expect(Update).toEqual({
      TableName: 't',
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
      ConditionExpression: '(#0 = :0) AND (#1 < :1)',
      UpdateExpression: 'SET #0 = :2 REMOVE #2.#3 ADD #1 :3',
      ExpressionAttributeNames: { '#0': 'state', '#1': 'live', '#2': 'leases', '#3': 'a.b#c' },
      ExpressionAttributeValues: {
        ':0': { S: 'condemned' },
        ':1': { N: '9' },
        ':2': { S: 'live' },
        ':3': { N: '1' },
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
  });

  test('puts, deletes and checks', () => {
    expect(toTransactItem('t', put(key, { a: 1, b: undefined }))).toEqual({
      Put: { TableName: 't', Item: { pk: { S: key.pk }, sk: { S: key.sk }, a: { N: '1' } } },
    });
    expect(toTransactItem('t', remove(key)).Delete).not.toHaveProperty('ConditionExpression');
    expect(toTransactItem('t', check(key, expr`attribute_exists(#pk)`)).ConditionCheck).toMatchObject({
      ConditionExpression: 'attribute_exists(#0)',
    });
  });
});

/** A client that fails every call with this error, as often as said, and then answers with nothing. */
function failing(error: object, times = Infinity): { api: DynamoApi; inputs: object[] } {
  const inputs: object[] = [];
  const call = async (input: object): Promise<never> => {
    inputs.push(input);
    if (inputs.length <= times) throw Object.assign(new Error('a fault'), error);
    return {} as never;
  };
  return {
    api: {
      get: call,
      batchGet: call,
      query: call,
      transactGet: call,
      transactWrite: call,
      close: () => undefined,
    },
    inputs,
  };
}

const conflict = {
  name: 'TransactionCanceledException',
  CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
};

describe('a failure', () => {
  test.each([
    ['AccessDeniedException', 'access-denied'],
    ['ExpiredTokenException', 'access-denied'],
    ['CredentialsProviderError', 'access-denied'],
    ['ResourceNotFoundException', 'unavailable'],
    ['ProvisionedThroughputExceededException', 'unavailable'],
    ['ThrottlingException', 'unavailable'],
    ['InternalServerError', 'unavailable'],
    ['TimeoutError', 'unavailable'],
  ])('%s is %s, never absence', async (name, code) => {
    const table = new TableClient(failing({ name }).api, 'holdfast');
    const attempts = [
      table.get(key),
      table.batchGet([key]),
      table.snapshot([key]),
      table.range('p').next(),
      table.write([put(key, {})]),
    ];
    for (const attempt of attempts) {
      await expect(attempt).rejects.toMatchObject({ code });
    }
  });

  test('a transaction that met another is sent again with the same token', async () => {
    const { api, inputs } = failing(conflict, 3);
    expect(await new TableClient(api, 't').write([put(key, {})])).toBeUndefined();
    expect(inputs).toHaveLength(4);
    expect(new Set(inputs.map((input) => JSON.stringify(input))).size).toBe(1);
  });

  test('a refused condition is told with the item, and not repeated', async () => {
    const reasons = [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: { a: { N: '1' } } },
      { Code: 'ConditionalCheckFailed' },
    ];
    const { api, inputs } = failing({ name: 'TransactionCanceledException', CancellationReasons: reasons });
    const actions = [put(key, {}), put(key, {}), put(key, {})];
    expect(await new TableClient(api, 't').write(actions)).toEqual([undefined, { a: 1 }, null]);
    expect(inputs).toHaveLength(1);
  });
});

describe('ticks', () => {
  test('go up, also when the clock stands or goes back', () => {
    let now = 1_000;
    const ticks = new Ticks(() => now);
    const first = ticks.next();
    const second = ticks.next();
    now = 500;
    expect([first, second, ticks.next()]).toEqual([1_000_000, 1_000_001, 1_000_002]);
  });

  test('are later than what was observed', () => {
    const ticks = new Ticks(() => 1);
    ticks.observe({ tick: 5_000_000 });
    ticks.observe(null);
    expect(ticks.next()).toBe(5_000_001);
  });
});
