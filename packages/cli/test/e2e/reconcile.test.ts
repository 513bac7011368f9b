import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import { Workplace, type Result } from './workplace.js';

let emulator: Emulator;
let place: Workplace;
/** Each test's stack has a name of its own. */
let stacks = 0;

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

function holdfast(
  args: readonly string[],
  endpoint = emulator.endpoint,
  others: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { accessKeyId, secretAccessKey } = emulator.credentials;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // What is refused for good is not asked again, in these tests.
    AWS_MAX_ATTEMPTS: '2',
    ...others,
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

/** What a call of CloudFormation is answered with instead; the others reach the emulator. */
interface Refusal {
  readonly action: RegExp;
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Does the task behind a gate that refuses some calls. */
async function refusing<T>(refusal: Refusal, task: (endpoint: string) => Promise<T>): Promise<T> {
  const { action, status, code, message } = refusal;
  const server = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat(await request.toArray());
      if (action.test(new URLSearchParams(body.toString()).get('Action') ?? '')) {
        response
          .writeHead(status, { 'content-type': 'text/xml' })
          .end(
            `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
          );
        return;
      }
      const headers = { authorization: request.headers.authorization ?? '' };
      const type = request.headers['content-type'] ?? '';
      const answer = await fetch(`${emulator.endpoint}${request.url}`, {
        ...{ method: request.method ?? 'POST', headers: { ...headers, 'content-type': type }, body },
      });
      response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(await answer.text());
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await task(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

/** Nothing was released of the stack, the reason is told, and the exit code says so. */
async function expectUndecided(
  { name, stackId }: { readonly name: string; readonly stackId: string },
  { code, stdout, stderr }: Result,
  why: RegExp,
): Promise<void> {
  expect({ code, stderr }).toMatchObject({ code: 4 });
  const { outcomes } = JSON.parse(stdout) as { outcomes: readonly object[] };
  const undecided = { consumer: stackId, result: 'undecided', released: [] };
  // Nothing is known of any stack where it is not known whose credentials these are.
  expect(outcomes).toEqual(outcomes.length === 0 ? [] : [expect.objectContaining(undecided)]);
  expect(JSON.stringify(outcomes) + stderr).toMatch(why);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'undecided' } });
  const held = await holdfast(['references', '--stack-name', name, '--json']);
  expect(JSON.parse(held.stdout)).toMatchObject({ references: [{ consumer: stackId, kind: 'reference' }] });
  expect(await holdfast(['delete', 'shop/api:1', '--yes'])).toMatchObject({ code: 3 });
}

describe('what cannot be decided keeps its references, is told, and ends with exit code 4:', () => {
  let held: { readonly name: string; readonly stackId: string };
  const denied = { status: 403, code: 'AccessDenied', message: 'not authorized' };

  beforeEach(async () => {
    const name = `undecided-${++stacks}`;
    const stackId = await createStack(name);
    held = { name, stackId };
    await holdfast(['stack', 'settle', '--stack-name', stackId]);
  });

  test.each([
    ['no service at all', undefined, /no definite answer/],
    ['an account without permission', { action: /^DescribeStacks$/, ...denied }, /refused .*AccessDenied/],
    ['credentials whose account is not told', { action: /^GetCallerIdentity$/, ...denied }, /refused/],
    [
      'calls that are throttled',
      { action: /^DescribeStacks$/, status: 400, code: 'Throttling', message: 'Rate exceeded' },
      /throttled .*Throttling/,
    ],
    [
      'a stack whose template cannot be read',
      { action: /^GetTemplate$/, ...denied },
      /template.*AccessDenied/,
    ],
    ['a stack whose change sets cannot be read', { action: /^ListChangeSets$/, ...denied }, /change sets/],
  ])('%s', async (_kind, refusal, why) => {
    const words = ['reconcile', '--json'];
    await expectUndecided(
      held,
      refusal === undefined
        ? await holdfast(words, 'http://127.0.0.1:9')
        : await refusing(refusal, (endpoint) => holdfast(words, endpoint)),
      why,
    );
  });

  test('another region, and another account', async () => {
    const settle = ['stack', 'settle', '--stack-name', held.stackId, '--json'];
    await expectUndecided(held, await holdfast([...settle, '--region', 'us-east-1']), /us-east-1/);
    const other = { AWS_ACCESS_KEY_ID: '222222222222' };
    await expectUndecided(
      held,
      await holdfast(['reconcile', '--json'], emulator.endpoint, other),
      /222222222222/,
    );
    // Every region of the own account is asked.
    expect(await holdfast(['reconcile', '--region', 'us-east-1', '--json'])).toMatchObject({ code: 0 });
    expect(await holdfast(['delete', 'shop/api:1', '--yes'])).toMatchObject({ code: 3 });
  });
});

test.each([
  [['reconcile', '--all', '--stack-name', 'shop'], 'exclude each other'],
  [['reconcile', '--concurrency', '0'], '"0"'],
  [['stack', 'settle'], '--stack-name'],
])('%j is told to be wrong', async (args, words) => {
  expect(await holdfast(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as unknown });
});
