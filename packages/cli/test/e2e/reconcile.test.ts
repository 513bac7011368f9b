import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import { Workplace, type Result } from './workplace.js';

let emulator: Emulator;
let place: Workplace;

beforeAll(async () => {
  emulator = await startEmulator('ministack');
});

afterAll(() => emulator.stop());

beforeEach(() => {
  place = new Workplace([
    `region: ${emulator.region}`,
    `account: "${emulator.account}"`,
    'bucket: artifacts',
  ]);
  place.write('api.js', 'exports.handler = () => {}');
});

afterEach(() => place.remove());

function holdfast(args: readonly string[], endpoint = emulator.endpoint): Promise<Result> {
  const { accessKeyId, secretAccessKey } = emulator.credentials;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return place.run(args, { env });
}

/** Calls CloudFormation the way that any other tool would. */
async function cloudformation(parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = `${emulator.account}/20260101/${emulator.region}/cloudformation/aws4_request`;
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: '2010-05-15', ...parameters }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function untilStatus(StackName: string, status: string): Promise<void> {
  for (;;) {
    const text = await cloudformation({ Action: 'DescribeStacks', StackName });
    if (text.includes(`<StackStatus>${status}<`)) return;
    await new Promise((next) => setImmediate(next));
  }
}

async function createStack(StackName: string): Promise<string> {
  const { arn } = (await place.json<{ version: { arn: string } }>('publish', 'api.js', '--id', 'shop/api'))
    .version;
  const TemplateBody = JSON.stringify({
    Resources: { Queue: { Type: 'AWS::SQS::Queue', Metadata: { Holdfast: { Code: { Version: arn } } } } },
  });
  const text = await cloudformation({ Action: 'CreateStack', StackName, TemplateBody });
  await untilStatus(StackName, 'CREATE_COMPLETE');
  return /<StackId>(.*?)</.exec(text)?.[1] ?? '';
}

test('a stack that another tool deployed and deleted', async () => {
  const stackId = await createStack('shop');
  expect(await holdfast(['reconcile', '--all', '--dry-run'])).toMatchObject({ code: 0 });

  const settled = await holdfast(['stack', 'settle', '--stack-name', 'shop']);
  expect(settled).toMatchObject({ code: 0, stdout: expect.stringContaining('added') as unknown });
  // The stack's name is enough, though what it holds is held under its ID.
  const held = await holdfast(['references', '--stack-name', 'shop', '--json']);
  expect(JSON.parse(held.stdout)).toMatchObject({ references: [{ consumer: stackId, kind: 'reference' }] });
  expect(await holdfast(['delete', 'shop/api:1', '--yes'])).toMatchObject({ code: 3 });
  const again = await holdfast(['reconcile', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ outcomes: [{ consumer: stackId, result: 'unchanged' }] });

  await cloudformation({ Action: 'DeleteStack', StackName: 'shop' });
  await untilStatus(stackId, 'DELETE_COMPLETE');
  expect(await holdfast(['reconcile'])).toMatchObject({ code: 0 });
  expect(await holdfast(['delete', 'shop/api:1', '--yes'])).toMatchObject({ code: 0 });
});

test('without an answer: nothing is released, the reason is told, and the exit code is 4', async () => {
  const stackId = await createStack('silent');
  await holdfast(['stack', 'settle', '--stack-name', 'silent']);
  const result = await holdfast(['stack', 'settle', '--stack-name', stackId, '--json'], 'http://127.0.0.1:9');
  expect(result.code).toBe(4);
  expect(JSON.parse(result.stdout)).toMatchObject({ outcomes: [{ result: 'undecided', released: [] }] });
  expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: 'undecided' } });
  expect(await holdfast(['delete', 'shop/api:1', '--yes'])).toMatchObject({ code: 3 });
});

test.each([
  [['reconcile', '--all', '--stack-name', 'shop'], 'exclude each other'],
  [['reconcile', '--concurrency', '0'], '"0"'],
  [['stack', 'settle'], '--stack-name'],
])('%j is told to be wrong', async (args, words) => {
  expect(await holdfast(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as unknown });
});
