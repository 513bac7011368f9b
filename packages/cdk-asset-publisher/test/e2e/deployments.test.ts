import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startAccountGate } from '../../../core/test/emulators/account-gate.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startRecordingProxy, type RecordingProxy } from '../../../core/test/emulators/recording-proxy.js';
import { bootstrapCalls, cdkCalls, holdfastCalls } from '../support/cdk-calls.js';
import { CdkProject, FIXTURES, succeed } from '../support/cdk-project.js';
import { MadeAssembly } from '../support/made-assembly.js';
import { heldFor } from '../support/holdings.js';

// Each test runs the CDK, which takes long on a busy machine.
jest.setTimeout(900_000);

let emulator: Emulator;
let proxy: RecordingProxy;
let project: CdkProject;

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
const held = (name: string) => heldFor(project, name);
const run = (args: readonly string[]) => succeed(project.holdfastCdk(args));
const refused = async (version: string) => {
  expect(await project.holdfast(['delete', version, '--yes'])).toMatchObject({ code: 3 });
};

/** Binds the stacks of an assembly to an account. */
function inAccount(account: string, folder: string): void {
  const manifest = join(folder, 'manifest.json');
  const text = readFileSync(manifest, 'utf8');
  writeFileSync(manifest, text.replaceAll('aws://unknown-account/', `aws://${account}/`));
}

test('SIGKILL in the middle: cdk goes on by itself, and at no time anything can be deleted', async () => {
  project.env['STACK'] = 'Killed';
  const request = proxy.holdNext('CreateChangeSet');
  const { child, ended } = project.startHoldfastCdk(DEPLOY);
  await request.arrived;
  child.kill('SIGKILL');
  await refused('Killed/Api/Code:1');
  request.letGo();
  const { stdout } = await ended;
  expect(stdout).toContain('✅  Killed');
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
  proxy.clear();
  await run(DEPLOY);
  // The whole first deployment: where the store is; where the bookmark leads and the code lies; the template; the pins; and the settling.
  // One of settling asks which stacks of the name were deleted: this one is younger than the pins.
  const settling = 15;
  expect(holdfastCalls(proxy)).toHaveLength(1 + 3 + 4 + 1 + settling);
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
  project.env['CDK_VALIDATION'] = 'true';
  proxy.clear();
  await run([...DEPLOY, '--outputs-file', 'outputs.json']);
  delete project.env['CDK_VALIDATION'];
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

test("code by a version ARN of another account's store: it lies there, and is protected there", async () => {
  // Neither is the account of the other tests, whose store would go on asking for the other one.
  const [OWNER, DEPLOYER] = ['111111111111', '222222222222'];
  const accounts = await startAccountGate(emulator);
  const theirs = new CdkProject(accounts.as(OWNER));
  const ours = new CdkProject(accounts.as(DEPLOYER));
  const inPayments = ['--repository', 'payments'];
  try {
    const buckets = [];
    for (const [account, owned] of [[OWNER, theirs] as const, [DEPLOYER, ours] as const]) {
      buckets.push(JSON.parse(await succeed(owned.holdfast(['bootstrap', '--json']))) as { bucket: string });
      await lockBuckets(accounts.direct(account));
    }
    const api = ['publish', join(theirs.code, 'first'), '--id', 'api', ...inPayments];
    const share = ['share', 'create', ...inPayments, '--for', 'deploying', '--principals', DEPLOYER, '--yes'];
    for (const words of [['repository', 'create', 'payments'], api, share])
      await succeed(theirs.holdfast(words));

    ours.configure({ app: `node ${join(FIXTURES, 'small/app.js')}` });
    const version = `arn:aws:holdfast:${emulator.region}:${OWNER}:version/payments/api:1`;
    Object.assign(ours.env, { STACK: 'Elsewhere', ARTIFACT: version });
    await succeed(ours.holdfastCdk(DEPLOY));

    const { Resources } = JSON.parse(
      readFileSync(join(ours.folder, 'cdk.out/Elsewhere.template.json'), 'utf8'),
    ) as {
      Resources: Record<string, { Type: string; Properties: { Code: object } }>;
    };
    const [code] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(code?.Properties.Code).toMatchObject({
      S3Bucket: { 'Fn::Sub': buckets[0]!.bucket },
      S3ObjectVersion: expect.any(String),
    });
    const why = await succeed(theirs.holdfast(['why', 'api:1', ...inPayments]));
    expect(why).toContain(`:${DEPLOYER}:stack/Elsewhere/`);
    expect(why).not.toContain('pin');
    const refusal = await theirs.holdfast(['delete', 'api:1', ...inPayments, '--yes']);
    expect(refusal).toMatchObject({ code: 3, stderr: expect.stringContaining('stack/Elsewhere/') });

    // What a stack of the owner's uses is not for these credentials to say, although they may open the owner's store.
    const folder = join(ours.folder, 'theirs.out');
    cpSync(join(FIXTURES, 'python-assembly/cdk.out'), folder, { recursive: true });
    inAccount(OWNER, folder);
    const undecided = await ours.holdfastCdk(['destroy', 'Reports', '--force', '--app', folder]);
    expect(undecided.stderr).toContain(`could not be settled: the stack is in account ${OWNER}`);

    await succeed(ours.holdfastCdk(['destroy', '--force']));
    await succeed(theirs.holdfast(['delete', 'api:1', ...inPayments, '--yes']));
  } finally {
    await accounts.stop();
    theirs.remove();
    ours.remove();
  }
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

  inAccount('222222222222', join(project.folder, 'cdk.out'));
  const refusal = await project.holdfastCdk(['publish']);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringContaining('account 222222222222') });
  // Other tests deploy a stack of the same name.
  await project.holdfast(['stack', 'abandon', '--stack-name', 'Orders', '--deployment', 'by-url', '--yes']);
  expect(await held('Orders')).toEqual([]);
});
