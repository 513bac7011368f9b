import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bootstrap, policyFor, type Role } from '@holdfast/core';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startIamGate, type IamGate } from '../../../core/test/emulators/iam-gate.js';
import { runCaptured, type Captured } from '../unit/captured-host.js';

/*
 * Each role does its job by the commands that users run, behind a simulator of IAM that judges every request with its conditions:
 * partitions of the table, prefixes of the bucket, holds.
 */

const TEMPLATE = `Resources:
  Api:
    Type: AWS::Lambda::Function
    Properties:
      Code: arn:aws:holdfast:eu-west-1:123456789012:version/payments/api:1
      Handler: index.handler
      Runtime: nodejs22.x
      Role: arn:aws:iam::123456789012:role/any
`;

const before = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), 'holdfast-roles-'));
let emulator: Emulator;
let gate: IamGate;
const policies = new Map<string, object>();

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  gate = await startIamGate(emulator);
  Object.assign(process.env, awsEnvironment(gate.emulator));
  await bootstrap();
  await lockBuckets(emulator);
  for (const role of ['publisher', 'deployer', 'reader', 'gc', 'admin'] as const) {
    policies.set(role, await policyFor(role));
    policies.set(`${role} of payments`, await policyFor(role, { repository: 'payments' }));
  }
  write('holdfast.yaml', 'recoveryWindow: 0s\n');
  write('template.yaml', TEMPLATE);
  write('api/index.js', 'exports.handler = async () => 1;');
  write('other.txt', 'of another repository');
  writeFileSync(at('long.bin'), randomBytes(17 * 1024 * 1024));
  await must('repository', 'create', 'payments');
  await must('publish', at('other.txt'), '--id', 'other');
  await must('publish', at('api'), '--id', 'api', ...inPayments);
}, 120_000);
beforeEach(() => {
  gate.judgeBy(undefined);
  gate.takeRefusals();
});
afterAll(async () => {
  process.env = before;
  rmSync(folder, { recursive: true });
  await gate.stop();
  await emulator.stop();
});

const inPayments = ['--repository', 'payments'];

const at = (name: string): string => join(folder, name);

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Of several roles, whoever has them all. */
function enter(...roles: readonly (Role | `${Role} of payments`)[]): void {
  gate.judgeBy(roles.map((role) => policies.get(role)!));
}

const holdfast = (...words: readonly string[]): Promise<Captured> =>
  runCaptured(words, { env: { ...process.env, HOLDFAST_STORE: 'aws:' }, cwd: folder });

async function must(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await holdfast(...words);
  if (code !== 0) {
    throw new Error(`${words.join(' ')}: ${code} ${stderr} (refused: ${gate.takeRefusals().join(', ')})`);
  }
  return stdout;
}

/** The command ends as refused by AWS, and for no other reason. */
async function mayNot(...words: readonly string[]): Promise<void> {
  const { code, stderr } = await holdfast(...words);
  expect([code, stderr]).toEqual([1, expect.stringContaining('refused')]);
  expect(gate.takeRefusals()).not.toEqual([]);
}

async function createStack(name: string, template: string): Promise<void> {
  const scope = `${emulator.account}/20260101/${emulator.region}/cloudformation/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const form = { Action: 'CreateStack', Version: '2010-05-15', StackName: name, TemplateBody: template };
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(await response.text());
}

test('a reader of a repository finds and reads what is in it, and changes nothing', async () => {
  enter('reader of payments');
  expect(await must('list', ...inPayments)).toContain('api');
  await must('show', 'api:1', ...inPayments);
  await must('resolve', 'api', ...inPayments);
  await must('get', 'api:1', '--output', at('read.zip'), ...inPayments);
  await must('why', 'api:1', ...inPayments);
  await must('where-used', 'api', ...inPayments);
  await must('verify', ...inPayments);
  await must('gc', ...inPayments);
  expect(gate.takeRefusals()).toEqual([]);
  await mayNot('get', 'other:1', '--output', at('read.txt'));
  await mayNot('publish', at('api/index.js'), '--id', 'new', ...inPayments);
  await mayNot('delete', 'api:1', '--yes', ...inPayments);
  await mayNot('repository', 'create', 'mine');
});

test('a reader of the whole store sees every event, those without a number too, and relays none', async () => {
  type Events = { events: readonly { id: string; sequence?: number }[] };
  const events = async (...words: readonly string[]): Promise<Events['events']> =>
    (JSON.parse(await must('events', '--json', ...words)) as Events).events;
  const numbered = await events();
  write('event.txt', 'what readers hear of');
  await must('publish', at('event.txt'), '--id', 'event', ...inPayments);
  await must('publish', at('event.txt'), '--id', 'event');
  enter('reader');
  const { stdout, stderr } = await holdfast('events');
  expect(stdout.split('\n').filter((line) => line.startsWith('-  '))).toEqual([
    expect.stringMatching(/version published .*version\/payments\/event:1$/),
    expect.stringMatching(/version published .*version\/default\/event:1$/),
  ]);
  expect(stderr).toContain('2 events without a number yet');
  const seen = await events();
  expect(seen.slice(0, numbered.length)).toEqual(numbered);
  expect(seen.slice(numbered.length).map(({ sequence }) => sequence)).toEqual([undefined, undefined]);
  const last = numbered.at(-1)!.sequence;
  expect(await events('--after', String(last))).toEqual(seen.slice(numbered.length));
  gate.takeRefusals();
  await mayNot('events', '--relay');
  gate.judgeBy(undefined);
  const all = await events();
  expect(all.map(({ id }) => id).toSorted()).toEqual(seen.map(({ id }) => id).toSorted());
  expect(all.every(({ sequence }) => sequence !== undefined)).toBe(true);
  enter('reader');
  expect(await events()).toEqual(all);
  expect(gate.takeRefusals()).toEqual([]);
});

test('a publisher publishes to a repository, in parts too, and neither deploys nor removes', async () => {
  enter('publisher of payments');
  await must('publish', at('api'), '--id', 'api', ...inPayments);
  write('api/index.js', 'exports.handler = async () => 2;');
  await must('publish', at('api'), '--id', 'api', '--bookmark', 'prod', ...inPayments);
  await must('publish', at('long.bin'), '--id', 'long', ...inPayments);
  await must('publish', at('long.bin'), '--id', 'long-again', '--label', 'a=b', ...inPayments);
  await must('bookmark', 'set', 'api:1', 'prod', ...inPayments);
  expect(gate.takeRefusals()).toEqual([]);
  await mayNot('publish', at('template.yaml'), '--id', 'new');
  await mayNot('package', ...packaging('orders'), ...inPayments);
  await mayNot('repository', 'create', 'mine');
});

const packaging = (stack: string): string[] => [
  ...['--template-file', at('template.yaml'), '--output-template-file', at('packaged.yaml')],
  ...['--stack-name', stack, '--deployment', 'd1'],
];

test('a deployer pins, settles and reconciles, and stores and removes nothing', async () => {
  enter('deployer of payments');
  await must('package', ...packaging('shop'), ...inPayments);
  gate.judgeBy(undefined);
  await createStack('shop', readFileSync(at('packaged.yaml'), 'utf8'));
  enter('deployer of payments');
  await must('stack', 'settle', '--stack-name', 'shop', '--deployment', 'd1');
  expect(await must('why', 'api:1', ...inPayments)).toContain('shop');
  await must('package', ...packaging('never'), ...inPayments);
  await must('stack', 'abandon', '--stack-name', 'never', '--deployment', 'd1', '--yes');
  // All functions: what they run may be a version of any repository.
  enter('deployer');
  await must('reconcile', '--all');
  enter('deployer of payments');
  expect(gate.takeRefusals()).toEqual([]);
  await mayNot('publish', at('template.yaml'), '--id', 'new', ...inPayments);
  const refused = await holdfast('delete', 'api:1', '--yes', ...inPayments);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('stack/shop')]);
});

test('whoever collects garbage removes what nothing needs, and stores nothing', async () => {
  write('gone.txt', 'what nothing needs');
  await must('publish', at('gone.txt'), '--id', 'gone', ...inPayments);
  enter('gc of payments');
  await must('delete', 'gone:1', '--yes', ...inPayments);
  for (const other of ['reader', 'publisher', 'deployer', 'admin'] as const) {
    enter(other);
    await mayNot('gc', '--apply', '--yes', ...inPayments);
  }
  enter('gc of payments');
  expect(await must('gc', '--apply', '--yes', ...inPayments)).toContain('no version names it');
  expect(gate.takeRefusals()).toEqual([]);
  await mayNot('publish', at('template.yaml'), '--id', 'new', ...inPayments);
  enter('gc');
  await must('events', '--relay');
  await must('gc', '--apply', '--yes');
  expect(gate.takeRefusals()).toEqual([]);
});

test('an admin makes repositories, reads events and rebuilds, and neither stores nor removes contents', async () => {
  enter('admin');
  await must('bootstrap');
  await must('repository', 'create', 'orders');
  await must('repository', 'list');
  await must('repository', 'delete', 'orders', '--yes');
  await must('lifecycle', 'show', ...inPayments);
  await must('events');
  await must('rebuild');
  await must('policy', 'reader');
  expect(gate.takeRefusals()).toEqual([]);
  await mayNot('publish', at('template.yaml'), '--id', 'new');
});

test('a pipeline that publishes and deploys has both policies', async () => {
  enter('publisher of payments', 'deployer of payments');
  write('pipeline/template.yaml', TEMPLATE.replace(/Code: .*/, 'Code: ../api'));
  await must(
    ...['package', '--template-file', at('pipeline/template.yaml'), '--allow-outside'],
    ...['--output-template-file', at('pipeline.yaml'), '--stack-name', 'pipeline'],
    ...inPayments,
  );
  expect(gate.takeRefusals()).toEqual([]);
});
