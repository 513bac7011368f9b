import { describe, expect, test } from '@jest/globals';
import { ensureBootstrapped, findStore, type StackApi } from '../../../src/engines/aws/bootstrap/index.js';

const Outputs = [
  { OutputKey: 'Bucket', OutputValue: 'holdfast-bucket-1x2y3z' },
  { OutputKey: 'Table', OutputValue: 'holdfast' },
  { OutputKey: 'EventBus', OutputValue: 'holdfast' },
];
const resources = { bucket: 'holdfast-bucket-1x2y3z', table: 'holdfast', eventBus: 'holdfast' };
const absent = Object.assign(new Error('Stack with id holdfast does not exist'), { name: 'ValidationError' });
const taken = Object.assign(new Error('Stack [holdfast] already exists'), { name: 'AlreadyExistsException' });
const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
const throttled = Object.assign(new Error('slow'), {
  name: 'Throttling',
  $metadata: { httpStatusCode: 400 },
});

/** CloudFormation that answers each look with the next state, the last one for ever. */
function stacksIn(states: readonly (string | Error)[], creation?: Error) {
  const creations: unknown[] = [];
  let looks = 0;
  const api: StackApi = {
    describe: async () => {
      const state = states[Math.min(looks, states.length - 1)]!;
      looks += 1;
      if (state instanceof Error) throw state;
      return {
        $metadata: {},
        Stacks: [{ StackName: 'holdfast', CreationTime: new Date(), StackStatus: state as never, Outputs }],
      };
    },
    create: async (input) => {
      creations.push(input);
      if (creation !== undefined) throw creation;
    },
    close: () => undefined,
  };
  return { api, creations };
}

const at = { pause: async () => undefined };

test('a store that is there is found with one look, and nothing is made', async () => {
  const { api, creations } = stacksIn(['UPDATE_COMPLETE']);
  expect(await ensureBootstrapped(api, at)).toEqual({ ...resources, created: false });
  expect(creations).toEqual([]);
});

test('the first user makes the stack, and waits until it is complete', async () => {
  const { api, creations } = stacksIn([
    absent,
    'CREATE_IN_PROGRESS',
    'CREATE_IN_PROGRESS',
    'CREATE_COMPLETE',
  ]);
  expect(await ensureBootstrapped(api, at)).toEqual({ ...resources, created: true });
  expect(creations).toHaveLength(1);
  expect(creations[0]).toMatchObject({ OnFailure: 'DELETE', EnableTerminationProtection: true });
});

test('whoever comes second waits for the stack of the first', async () => {
  const { api } = stacksIn([absent, 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE'], taken);
  expect(await ensureBootstrapped(api, at)).toEqual({ ...resources, created: false });
});

describe('what only a person can mend', () => {
  test.each(['ROLLBACK_COMPLETE', 'CREATE_FAILED', 'DELETE_FAILED'])(
    '%s is told, and nothing is made',
    async (state) => {
      const { api, creations } = stacksIn([state]);
      await expect(ensureBootstrapped(api, at)).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(state),
      });
      expect(creations).toEqual([]);
    },
  );

  test('a stack that vanishes again while it is made', async () => {
    const { api, creations } = stacksIn([absent, 'CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', absent]);
    await expect(ensureBootstrapped(api, at)).rejects.toMatchObject({ code: 'unavailable' });
    expect(creations).toHaveLength(1);
  });
});

test.each([
  [denied, 'access-denied'],
  [throttled, 'unavailable'],
])('a look that fails is no absence: %s makes nothing', async (failure, code) => {
  const { api, creations } = stacksIn([failure]);
  await expect(ensureBootstrapped(api, at)).rejects.toMatchObject({ code });
  await expect(findStore(api)).rejects.toMatchObject({ code });
  expect(creations).toEqual([]);
});

test('who may not make the stack is told whom to ask', async () => {
  await expect(ensureBootstrapped(stacksIn([absent], denied).api, at)).rejects.toMatchObject({
    code: 'access-denied',
    hint: expect.stringContaining('holdfast bootstrap'),
  });
});

test('waiting has an end', async () => {
  const { api } = stacksIn(['CREATE_IN_PROGRESS']);
  await expect(ensureBootstrapped(api, { ...at, withinMs: 0 })).rejects.toMatchObject({
    code: 'unavailable',
    hint: expect.stringContaining('CREATE_IN_PROGRESS'),
  });
});

test('looking alone makes nothing', async () => {
  const { api, creations } = stacksIn([absent]);
  expect(await findStore(api)).toBeUndefined();
  expect(creations).toEqual([]);
});
