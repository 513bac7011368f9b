import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startRecordingProxy, type RecordingProxy } from '../../../core/test/emulators/recording-proxy.js';
import { bootstrapCalls, cdkCalls } from '../support/cdk-calls.js';
import { CdkProject, FIXTURES, succeed } from '../support/cdk-project.js';
import { MadeAssembly } from '../support/made-assembly.js';
import { heldFor, StackIds } from '../support/holdings.js';

// Each test runs the CDK, which takes long on a busy machine.
jest.setTimeout(900_000);

let emulator: Emulator;
let proxy: RecordingProxy;
let project: CdkProject;
const stackIds = new StackIds();

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  proxy = await startRecordingProxy(emulator);
  await bootstrapStore(proxy.emulator);
}, 120_000);

afterAll(async () => {
  await proxy.stop();
  await emulator.stop();
});

beforeEach(() => {
  project = new CdkProject(proxy.emulator);
  project.configure({ app: `node ${join(FIXTURES, 'small/app.js')}` });
});

afterEach(() => {
  project.remove();
});

const DEPLOY = ['deploy', '--require-approval', 'never'];
const held = (name: string) => heldFor(project, name, stackIds.of(name));
const run = async (args: readonly string[]) => stackIds.note(await succeed(project.holdfastCdk(args)));
const refused = async (version: string) => {
  expect(await project.holdfast(['delete', version, '--yes'])).toMatchObject({ code: 3 });
};

test('SIGKILL in the middle: cdk goes on by itself, and at no time anything can be deleted', async () => {
  project.env['STACK'] = 'Killed';
  const request = proxy.holdNext('CreateChangeSet');
  const { child, ended } = project.startHoldfastCdk(DEPLOY);
  await request.arrived;
  child.kill('SIGKILL');
  await refused('Killed/Api/Code:1');
  request.letGo();
  const { stdout } = await ended;
  expect(stackIds.note(stdout)).toContain('✅  Killed');
  await refused('Killed/Api/Code:1');

  // Anybody may settle: what the stack uses is registered, and what may yet be needed stays pinned.
  await succeed(project.holdfast(['reconcile']));
  expect(await held('Killed')).toEqual([
    'pin Killed/Api/Code:1',
    'pin Killed/Template:1',
    'reference Killed/Api/Code:1',
  ]);
});

test('SIGTERM reaches cdk while its request is on its way: what was pinned stays, and it is told how to settle', async () => {
  project.env['STACK'] = 'Ended';
  const request = proxy.holdNext('CreateChangeSet');
  const { child, ended } = project.startHoldfastCdk(DEPLOY);
  await request.arrived;
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect(code).not.toBe(0);
  const [, deployment = ''] =
    /Interrupted: .* stays pinned[^]*stack settle --stack-name Ended --deployment (\S+)/.exec(stderr) ?? [];
  expect(await held('Ended')).toEqual(['pin Ended/Api/Code:1', 'pin Ended/Template:1']);

  // The request that was on its way makes a change set, which somebody may execute yet.
  request.letGo();
  await request.answered;
  await project.holdfast(['stack', 'settle', '--stack-name', 'Ended', '--deployment', deployment]);
  await refused('Ended/Api/Code:1');
});

test('a bookmark by ARN; an update that is rolled back leaves what the stack runs, and nothing pinned', async () => {
  project.env['STACK'] = 'Rolled';
  const bundle = (text: string) => {
    project.change('first/index.js', `exports.handler = async () => '${text}';\n`);
    return project.holdfast(['publish', join(project.code, 'first'), '--id', 'api', '--bookmark', 'prod']);
  };
  await succeed(bundle('one'));
  const { account, region } = emulator;
  project.env['ARTIFACT'] = `arn:aws:holdfast:${region}:${account}:bookmark/default/api:prod`;
  await run(DEPLOY);
  expect(await held('Rolled')).toEqual(['reference api:1']);

  await succeed(bundle('two'));
  project.env['FAIL'] = '1';
  const failed = await project.holdfastCdk(DEPLOY);
  expect(failed.code).toBe(1);
  expect(failed.stdout + failed.stderr).toContain('UPDATE_ROLLBACK_COMPLET');
  expect(await held('Rolled')).toEqual(['reference api:1']);
  await refused('api:1');
  delete project.env['FAIL'];

  await run(DEPLOY);
  expect(await held('Rolled')).toEqual(['reference api:2']);
  expect(await succeed(project.holdfast(['why', 'api:2']))).toContain('prod');
  await run(['destroy', '--force']);
  expect(await held('Rolled')).toEqual([]);
});

test('the example, as a team has it: code, layer, list and definition are in use, and tagged', async () => {
  project.useExample('cdk-app');
  proxy.clear();
  await run([...DEPLOY, '--outputs-file', 'outputs.json']);
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  expect(await held('Orders')).toEqual([
    'reference Orders/AcceptOrder/Code:1',
    'reference Orders/Articles:1',
    'reference Orders/Fulfilment/DefinitionBody:1',
    'reference Orders/ListOrders/Code:1',
    'reference Orders/OrderModel/Code:1',
  ]);
  await refused('Orders/OrderModel/Code:1');
  // Quiet, and nothing is kept for what is not going to be deployed.
  expect(await run(['diff'])).toContain('Number of stacks with differences: 0');
  expect(await held('Orders')).toHaveLength(5);
  await run(['destroy', '--force']);
  expect(await held('Orders')).toEqual([]);
});

test('how many requests publishing takes: what is known costs one look, to find the store and a pin, however many assets there are', async () => {
  // The repository is there, as it is from the first publish of an account on.
  await succeed(project.holdfast(['publish', join(project.code, 'first'), '--id', 'counted']));
  const assembly = new MadeAssembly(join(project.folder, 'cdk.out'), 'Counted', 12);
  const publish = async () => {
    proxy.clear();
    await succeed(project.holdfastCdk(['publish']));
    return proxy.calls.map(({ action }) => action);
  };
  const opening = ['DescribeStacks'];
  const pinning = ['TransactWriteItems'];
  const put = (count: number) => [
    'TransactWriteItems',
    ...Array<string>(count).fill('PUT'),
    'TransactWriteItems',
  ];
  expect(await publish()).toEqual([...opening, 'BatchGetItem', ...put(12), ...put(1), ...pinning]);
  expect(await publish()).toEqual([...opening, 'BatchGetItem', ...pinning]);
  assembly.change('exports.number = "another";');
  expect(await publish()).toEqual([...opening, 'BatchGetItem', ...put(1), ...put(1), ...pinning]);
});

test('a store that is named by its URL takes stacks of the account of the credentials, and refuses others by name', async () => {
  const { account, region } = emulator;
  project.env['HOLDFAST_STORE'] = `aws://${account}/${region}`;
  cpSync(join(FIXTURES, 'python-assembly/cdk.out'), join(project.folder, 'cdk.out'), { recursive: true });
  const published = await project.holdfastCdk(['--json', 'publish', '--deployment', 'by-url']);
  const { stacks } = JSON.parse(published.stdout) as { stacks: { place: object }[] };
  expect(stacks.map(({ place }) => place)).toEqual(stacks.map(() => ({ partition: 'aws', account, region })));

  const manifest = join(project.folder, 'cdk.out/manifest.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replaceAll('aws://unknown-account/', 'aws://222222222222/'));
  const refusal = await project.holdfastCdk(['publish']);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringContaining('account 222222222222') });
  // Other tests deploy a stack of the same name.
  await project.holdfast(['stack', 'abandon', '--stack-name', 'Orders', '--deployment', 'by-url', '--yes']);
  expect(await held('Orders')).toEqual([]);
});
