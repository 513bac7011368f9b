import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { pythonOfTests, startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
import { Workplace, type Result } from './workplace.js';

const BUNDLER = resolve(__dirname, '../../../cloudformation/scripts/bundle-tracker.mjs');

let emulator: Emulator;
let env: Readonly<Record<string, string>>;
let withoutStore: Result;
let first: { readonly tracker: { readonly stackId: string; readonly outcome: string } };
const place = new Workplace();

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [BUNDLER]);
  emulator = await startEmulator('ministack');
  env = { ...awsEnvironment(emulator), HOLDFAST_STORE: 'aws:' };
  // Printing makes nothing, not even the store.
  withoutStore = await holdfast('bootstrap', '--tracker', '--print-template');
  await bootstrapStore(emulator);
  first = await json('bootstrap', '--tracker');
});
afterAll(async () => {
  await emulator.stop();
  place.remove();
});

const holdfast = (...args: readonly string[]): Promise<Result> => place.run(args, { env });

async function json<Document>(...args: readonly string[]): Promise<Document> {
  const result = await holdfast(...args, '--json');
  if (result.code !== 0) throw new Error(`${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
  return JSON.parse(result.stdout) as Document;
}

/** Calls a service the way that any other tool would. */
async function call(
  service: string,
  method: string,
  path: string,
  body?: string | URLSearchParams,
  headers = {},
): Promise<string> {
  const scope = `${emulator.account}/20260101/${emulator.region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(emulator.endpoint + path, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

function cloudformation(parameters: Readonly<Record<string, string>>): Promise<string> {
  return call('cloudformation', 'POST', '/', new URLSearchParams({ Version: '2010-05-15', ...parameters }));
}

async function untilStatus(StackName: string, status: string): Promise<void> {
  for (;;) {
    const text = await cloudformation({ Action: 'DescribeStacks', StackName });
    if (text.includes(`<StackStatus>${status}<`)) return;
  }
}

/** The name that CloudFormation gave a resource of the tracker's stack. */
async function resource(LogicalResourceId: string): Promise<string> {
  const asked = {
    Action: 'DescribeStackResources',
    StackName: 'holdfast-tracker',
    LogicalResourceId,
  };
  return /<PhysicalResourceId>(.*?)</.exec(await cloudformation(asked))?.[1] ?? '';
}

/** Has the deployed function run with an event, and returns its answer. */
async function invoke(event: object): Promise<Record<string, unknown>> {
  const path = `/2015-03-31/functions/${await resource('Function')}/invocations`;
  return JSON.parse(await call('lambda', 'POST', path, JSON.stringify(event))) as Record<string, unknown>;
}

/** As EventBridge delivers it; source: CloudFormation's user guide, "Stack status change event detail". */
const statusEvent = (id: string, status: string) => ({
  version: '0',
  source: 'aws.cloudformation',
  account: emulator.account,
  id: '1a2b3c4d-0000-1111-2222-333344445555',
  region: emulator.region,
  'detail-type': 'CloudFormation Stack Status Change',
  time: '2026-11-22T22:00:00Z',
  resources: [id],
  detail: { 'stack-id': id, 'status-details': { status, 'status-reason': '' }, 'client-request-token': '' },
});

const users = async (name: string): Promise<string[]> => {
  const { references } = await json<{ references: { kind: string; consumer: string }[] }>('where-used', name);
  return references.map(({ kind, consumer }) => `${kind} ${consumer}`);
};

test('its template is printed for the store that there is, and cfn-lint has nothing to say about it', async () => {
  expect(withoutStore).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('holdfast bootstrap') as unknown,
  });
  const { stdout } = await holdfast(
    'bootstrap',
    '--tracker',
    '--print-template',
    '--schedule',
    'rate(6 hours)',
  );
  expect(stdout).toContain('Default: rate(6 hours)');
  const file = place.write('tracker.yaml', stdout);
  const lint = join(dirname(pythonOfTests()), 'cfn-lint');
  const { stdout: said } = await promisify(execFile)(pythonOfTests(), [
    lint,
    ...['--include-checks', 'I', '--regions', emulator.region, '--template', file],
  ]);
  expect(said).toBe('');
  // The store's mapping and the stamp: its code is an artifact like any other.
  expect(stdout).toContain('!FindInMap [Holdfast,');
  expect(stdout).toContain('version/default/holdfast/tracker:1');
});

test('deployed, it settles what the plain tool deploys, updates and deletes; and it is deployed again only when it changed', async () => {
  expect(first.tracker.outcome).toBe('created');
  expect(await users('holdfast/tracker:1')).toContain(`reference ${first.tracker.stackId}`);
  expect(await holdfast('delete', 'holdfast/tracker:1', '--yes')).toMatchObject({ code: 3 });
  expect(await json('bootstrap', '--tracker')).toMatchObject({ tracker: { outcome: 'unchanged' } });

  place.write('api.js', 'exports.handler = () => 1;');
  const { version } = await json<{ version: { arn: string } }>('publish', 'api.js', '--id', 'shop/api');
  const TemplateBody = JSON.stringify({
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Metadata: { Holdfast: { Code: { Version: version.arn } } } },
    },
  });
  const made = await cloudformation({ Action: 'CreateStack', StackName: 'shop', TemplateBody });
  const stackId = /<StackId>(.*?)</.exec(made)?.[1] ?? '';
  await untilStatus(stackId, 'CREATE_COMPLETE');
  expect(await users('shop/api:1')).toEqual([]);

  expect(await invoke(statusEvent(stackId, 'CREATE_COMPLETE'))).toMatchObject({ settled: [stackId] });
  expect(await users('shop/api:1')).toEqual([`reference ${stackId}`]);
  expect(await invoke(statusEvent(stackId, 'CREATE_COMPLETE'))).toMatchObject({ settled: [], unchanged: 1 });

  await cloudformation({ Action: 'DeleteStack', StackName: 'shop' });
  await untilStatus(stackId, 'DELETE_COMPLETE');
  expect(await invoke(statusEvent(stackId, 'DELETE_COMPLETE'))).toMatchObject({ settled: [stackId] });
  expect(await users('shop/api:1')).toEqual([]);
});

test('its schedule settles everything, its own stack and function too, once', async () => {
  const scheduled = { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };
  expect(await invoke(scheduled)).toMatchObject({ complete: true, undecided: [] });
  expect(await invoke(scheduled)).toMatchObject({ complete: true, settled: [], undecided: [] });
});

test('reconcile --all finds a function that nobody told of; the rule hands on the event by which the tracker goes on', async () => {
  place.write('job/index.js', 'exports.handler = async () => 1;');
  await json('publish', 'job', '--id', 'shop/job');
  await json('get', 'shop/job:1', '-o', join(place.folder, 'job.zip'));
  const code = { ZipFile: readFileSync(join(place.folder, 'job.zip')).toString('base64') };
  const role = `arn:aws:iam::${emulator.account}:role/any`;
  const made = {
    FunctionName: 'job',
    Role: role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: code,
  };
  await call('lambda', 'POST', '/2015-03-31/functions', JSON.stringify(made));
  expect(await holdfast('reconcile', '--all')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('function:job') as unknown,
    stderr: expect.stringMatching(/stacks? and [12] functions? settled/) as unknown,
  });
  const fn = `arn:aws:lambda:${emulator.region}:${emulator.account}:function:job`;
  expect(await users('shop/job:1')).toEqual([`reference ${fn}`]);
  expect(await holdfast('delete', 'shop/job:1', '--yes')).toMatchObject({ code: 3 });

  await call('lambda', 'DELETE', '/2015-03-31/functions/job');
  // All stacks come before: what is left are the functions.
  const after = `arn:aws:cloudformation:${emulator.region}:${emulator.account}:stack/zzz`;
  const entry = {
    Source: 'holdfast.tracker',
    DetailType: 'Reconcile goes on',
    Detail: JSON.stringify({ after }),
  };
  await call('events', 'POST', '/', JSON.stringify({ Entries: [entry] }), {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSEvents.PutEvents',
  });
  while ((await users('shop/job:1')).length > 0);
});

test('reconcile settles functions, in its report and in its exit code', async () => {
  const darkness = { ...env, AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9' };
  // The tracker's own function runs what the store has.
  expect(await holdfast('reconcile', '--all')).toMatchObject({ code: 0 });
  const result = await place.run(['reconcile', '--json'], { env: darkness });
  expect(result.code).toBe(4);
  const { outcomes } = JSON.parse(result.stdout) as { outcomes: { consumer: string; result: string }[] };
  expect(outcomes.find(({ consumer }) => consumer.includes(':function:'))).toMatchObject({
    result: 'undecided',
    released: [],
  });
});
