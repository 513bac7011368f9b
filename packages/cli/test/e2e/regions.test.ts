import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startRegionGate, type RegionGate } from '../../../core/test/emulators/region-gate.js';
import { Workplace, type Result } from './workplace.js';

const HOME = 'eu-west-1';
const AWAY = 'eu-central-1';
const REGIONS = `${HOME},${AWAY}`;

const TEMPLATE = `Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub handler-\${AWS::Region}
      Handler: index.handler
      Runtime: nodejs22.x
      Role: !Sub arn:aws:iam::\${AWS::AccountId}:role/x
      Code: src
`;

let emulator: Emulator;
let gate: RegionGate;
let buckets: ReadonlyMap<string, string>;
/** The stack `app` in both regions, from one packaged template. */
let app: { readonly version: string; readonly consumers: readonly string[]; readonly template: string };
let stacks: readonly string[];
/** Who had the version pinned before the stacks were there. */
let pinned: readonly string[];
const place = new Workplace();

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  gate = await startRegionGate(emulator);
  place.write('template.yaml', TEMPLATE);
  place.write('src/index.js', 'exports.handler = async () => "hello";\n');
  await must('bootstrap');
  await must('bootstrap', '--region', AWAY);
  buckets = await lockBuckets(emulator);
  app = await packageFor('app', REGIONS);
  pinned = await usersOf(app.version);
  stacks = [await deploy(HOME, 'app', app.template), await deploy(AWAY, 'app', app.template)];
  for (const region of [HOME, AWAY]) await must('stack', 'settle', '--stack-name', 'app', '--region', region);
}, 120_000);
afterAll(async () => {
  place.remove();
  await gate.stop();
  await emulator.stop();
});

function run(...args: readonly string[]): Promise<Result> {
  const env = { ...awsEnvironment(gate.emulator), HOLDFAST_STORE: 'aws:', AWS_MAX_ATTEMPTS: '2' };
  return place.run(args, { env });
}

async function must(...args: readonly string[]): Promise<string> {
  const result = await run(...args);
  if (result.code !== 0)
    throw new Error(`holdfast ${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
  return result.stdout;
}

async function json<Document>(...args: readonly string[]): Promise<Document> {
  return JSON.parse(await must(...args, '--json')) as Document;
}

/** Calls a region's CloudFormation the way that any other tool would. */
async function call(region: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = `${emulator.account}/20260101/${region}/cloudformation/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({ Version: '2010-05-15', ...parameters });
  const response = await fetch(emulator.endpoint, { method: 'POST', headers: { authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

interface Report {
  readonly artifacts: readonly { readonly version: { readonly arn: string } }[];
  readonly consumers: readonly string[];
  readonly deployment: string;
}

/** Packages a template for regions, and returns what it uses and where it was written. */
async function packageFor(stackName: string, regions: string, file = 'template.yaml') {
  const template = `${place.folder}/${stackName}-packaged.yaml`;
  const { artifacts, consumers, deployment } = await json<Report>(
    ...['package', '--template-file', file, '--stack-name', stackName],
    ...['--regions', regions, '--output-template-file', template],
  );
  return { version: artifacts[0]!.version.arn, consumers, deployment, template };
}

/** Makes the stack as any tool would, and returns its ID. */
async function deploy(region: string, StackName: string, template: string): Promise<string> {
  await call(region, { Action: 'CreateStack', StackName, TemplateBody: readFileSync(template, 'utf8') });
  for (;;) {
    const text = await call(region, { Action: 'DescribeStacks', StackName });
    const [, status = ''] = /<StackStatus>(\w+)</.exec(text) ?? [];
    if (status === 'CREATE_COMPLETE') return /<StackId>([^<]+)</.exec(text)![1]!;
    if (!status.endsWith('_IN_PROGRESS')) throw new Error(`${region}: ${text}`);
  }
}

const stackArn = (region: string, name: string): string =>
  `arn:aws:cloudformation:${region}:${emulator.account}:stack/${name}`;

/** Another template, which uses a version that is published. */
function usingVersion(name: string, version: string): string {
  place.write(`${name}.yaml`, TEMPLATE.replace('Code: src', `Code: ${version}`).replace('handler', name));
  return `${name}.yaml`;
}

interface Explained {
  readonly reasons: readonly { readonly kind: string; readonly reference?: { readonly consumer: string } }[];
}

async function usersOf(version: string): Promise<string[]> {
  const { reasons } = await json<Explained>('why', version);
  return reasons
    .flatMap(({ kind, reference }) => (reference === undefined ? [] : [`${kind} ${reference.consumer}`]))
    .sort();
}

test('one template serves both regions, and is pinned for the stacks of both', () => {
  expect(app.version).toBe(`arn:aws:holdfast:${HOME}:${emulator.account}:version/default/app/Function:1`);
  expect(app.consumers).toEqual([stackArn(HOME, 'app'), stackArn(AWAY, 'app')]);
  expect(pinned).toEqual([`pin ${stackArn(AWAY, 'app')}`, `pin ${stackArn(HOME, 'app')}`]);
  const text = readFileSync(app.template, 'utf8');
  for (const bucket of buckets.values()) expect(text).toContain(bucket);
});

test('the version is in use by the stacks of both regions, and nothing deletes it', async () => {
  const references = stacks.map((id) => `reference ${id}`);
  expect(await usersOf(app.version)).toEqual(expect.arrayContaining(references));
  const used = await json<{ references: { consumer: string }[] }>('where-used', 'app/Function');
  expect(used.references.map(({ consumer }) => consumer)).toEqual(expect.arrayContaining([...stacks]));
  const refused = await run('delete', app.version, '--yes');
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('is in use by');
  await must('reconcile');
  expect(await usersOf(app.version)).toEqual(expect.arrayContaining(references));
}, 120_000);

test('a version is replicated ahead of its use, once', async () => {
  place.write('other/index.js', 'exports.handler = 2;');
  const other = await json<{ version: { arn: string } }>('publish', 'other', '--id', 'tools/other');
  const replicate = () =>
    json<{ replicas: { region: string; outcome: string; location: { bucket: string } }[] }>(
      ...['replicate', 'tools/other', '--regions', REGIONS, '--wait'],
    );
  const { replicas } = await replicate();
  const location = { bucket: buckets.get(AWAY) };
  expect(replicas).toMatchObject([
    { region: HOME, outcome: 'home' },
    { region: AWAY, outcome: 'made', location },
  ]);
  expect((await replicate()).replicas[1]).toMatchObject({ outcome: 'existing' });
  const resolved = await json<object>('resolve', 'tools/other', '--region', AWAY);
  expect(resolved).toMatchObject({ version: { arn: other.version.arn }, location });
}, 120_000);

test('while the home region is cut off, the other goes on with what it has, and names what it has not', async () => {
  await must('publish', 'template.yaml', '--id', 'only/home');
  gate.cutOff(HOME);
  try {
    expect(await must('resolve', app.version, '--region', AWAY)).toBe(`${app.version}\n`);
    const missing = await run('resolve', 'only/home:1', '--region', AWAY);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('version/default/only/home:1 is not known in eu-central-1');
    expect(missing.stderr).toContain('gives no answer');

    const second = await packageFor('second', AWAY, usingVersion('second', app.version));
    expect(second.consumers).toEqual([stackArn(AWAY, 'second')]);
    await deploy(AWAY, 'second', second.template);
    // Only the replicas could be settled, and that is said.
    const settled = await run('stack', 'settle', '--stack-name', 'second', '--region', AWAY);
    expect(settled).toMatchObject({ code: 4, stdout: expect.stringContaining('added') });

    const paths = await run(
      ...['package', '--template-file', 'template.yaml', '--stack-name', 'third'],
      ...['--regions', AWAY, '--output-template-file', `${place.folder}/never.yaml`],
    );
    expect(paths.code).not.toBe(0);
    expect(paths.stderr).toContain('nothing can be published');
  } finally {
    gate.restore(HOME);
  }
  const user = expect.stringContaining(`${stackArn(AWAY, 'second')}/`);
  expect(await usersOf(app.version)).toContainEqual(user);
}, 180_000);

test('once no stack of its region uses it any more, the version is deleted, and the replica with it', async () => {
  place.write('short/index.js', 'exports.handler = 3;');
  const { version } = await json<{ version: { arn: string } }>('publish', 'short', '--id', 'tools/short');
  const { template, deployment } = await packageFor('short', AWAY, usingVersion('short', version.arn));
  await deploy(AWAY, 'short', template);
  await must('stack', 'settle', '--stack-name', 'short', '--region', AWAY, '--deployment', deployment);
  expect((await run('delete', version.arn, '--yes')).code).not.toBe(0);
  await call(AWAY, { Action: 'DeleteStack', StackName: 'short' });
  await must('reconcile');
  expect(await usersOf(version.arn)).toEqual([]);
  await must('delete', version.arn, '--yes');
  expect((await run('resolve', version.arn, '--region', AWAY)).stderr).toContain('was deleted');
}, 120_000);
