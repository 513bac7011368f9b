import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { bootstrapStore } from '../../../core/test/emulators/bootstrapped.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startRecordingProxy, type RecordingProxy } from '../../../core/test/emulators/recording-proxy.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { makeBucket, openTestS3 } from '../../../core/test/emulators/test-bucket.js';
import { bootstrapCalls, cdkCalls, holdfastCalls } from '../support/cdk-calls.js';
import { CdkProject, FIXTURES, HOLDFAST_CDK, succeed } from '../support/cdk-project.js';
import { heldFor } from '../support/holdings.js';

// Each test runs the CDK several times, which takes long on a busy machine.
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
  proxy.clear();
});

afterEach(() => {
  project.remove();
});

const APP = `node ${join(FIXTURES, 'app/app.js')}`;
/** Otherwise `cdk` also looks for a change set of its own to delete. */
const DIRECT = ['--method', 'direct'];
const YES = ['--require-approval', 'never'];

const held = (name: string) => heldFor(project, name);

/** What `cdk` asks CloudFormation when nothing has changed: whose credentials these are once, and two things about each stack. */
const quiet = (stacks: number) => 1 + 2 * stacks;

const LOOK_AND_PIN = [
  'cloudformation:DescribeStacks',
  'dynamodb:BatchGetItem',
  'dynamodb:TransactWriteItems',
];

/** The digest of an artifact's content. */
async function digestOf(name: string): Promise<string> {
  const { version } = JSON.parse(await succeed(project.holdfast(['resolve', name, '--json']))) as {
    version: { digest: string };
  };
  return version.digest;
}

test('an app with the synthesizer, by holdfast-cdk deploy', async () => {
  project.configure({ app: APP });
  project.env['PREFIX'] = 'My';

  // Without holdfast-cdk nothing is published: the CDK's own command refuses at once, by name, and has made nothing.
  const refused = await project.cdk(['deploy', 'MyOther', ...YES]);
  expect(refused.code).toBe(1);
  expect(refused.stdout + refused.stderr).toContain('NotPublishedSecondCode');
  expect(cdkCalls(proxy)).not.toContain('cloudformation:CreateChangeSet');
  proxy.clear();

  await succeed(project.holdfastCdk(['deploy', '--all', ...YES]));
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  expect(await held('MyOther')).toEqual(['reference MyOther/Second/Code:1']);
  const shop = await held('MyShop');
  expect(shop).toEqual(
    [
      'reference MyShop/Child/Inner/Code:1',
      'reference MyShop/Child/Template:1',
      'reference MyShop/Custom-CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C/Code:1',
      'reference MyShop/Deployer:1',
      'reference MyShop/First/Code:1',
      'reference MyShop/Flow/DefinitionBody:1',
      'reference MyShop/Layer/Code:1',
      'reference MyShop/Pages/AwsCliLayer/Code:1',
      'reference MyShop/Pages/Asset1:1',
      'reference MyShop/Prices:1',
      'reference MyShop/Second/Code:1',
    ].toSorted(),
  );
  // Two stacks that share an asset have one content of it.
  expect(await digestOf('MyOther/Second/Code:1')).toBe(await digestOf('MyShop/Second/Code:1'));
  // 3: refused because something uses it.
  expect(await project.holdfast(['delete', 'MyShop/Layer/Code:1', '--yes'])).toMatchObject({ code: 3 });
  proxy.clear();

  const unchanged = await succeed(project.holdfastCdk(['deploy', 'MyShop', ...DIRECT, ...YES]));
  expect(unchanged).toContain('MyShop (no changes)');
  const calls = cdkCalls(proxy);
  expect(bootstrapCalls(calls)).toEqual([]);
  expect(calls).toHaveLength(quiet(1));
  // Ours: the store is found, all artifacts are looked up at once and pinned; then the stack and the one nested in it are settled.
  const ours = holdfastCalls(proxy);
  expect(ours.slice(0, LOOK_AND_PIN.length)).toEqual(LOOK_AND_PIN);
  // One of them asks which stacks of the name were deleted, as this one was made less than five minutes before.
  expect(ours).toHaveLength(LOOK_AND_PIN.length + 22);

  project.change('first/index.js', "exports.handler = async () => 'first, changed in MyShop';\n");
  const changed = await succeed(project.holdfastCdk(['deploy', 'MyShop', ...YES]));
  // The function's code, and the template that names it.
  expect(changed).toContain('(2 new, 10 unchanged)');
  const after = await held('MyShop');
  expect(after).toEqual(shop.map((line) => line.replace('First/Code:1', 'First/Code:2')));
  expect(await project.holdfast(['delete', 'MyShop/First/Code:1', '--yes'])).toMatchObject({ code: 0 });

  await succeed(project.holdfastCdk(['destroy', '--all', '--force']));
  expect(await held('MyShop')).toEqual([]);
  expect(await held('MyOther')).toEqual([]);
});

test('an app that knows nothing of Holdfast, by the wrapper in cdk.json and plain cdk', async () => {
  project.configure({ app: `node ${HOLDFAST_CDK} exec -- ${APP}` });
  project.env['SYNTHESIZER'] = 'stock';

  const first = await succeed(project.cdk(['deploy', '--all', ...YES]));
  expect(first).toContain('✅  Shop');
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  // Nobody said that the deployment is over: it is pinned until somebody settles it.
  expect(await held('Shop')).toContain('pin Shop/First/Code:1');
  proxy.clear();

  const unchanged = await succeed(project.cdk(['deploy', '--all', ...DIRECT, ...YES]));
  expect(unchanged).toContain('Shop (no changes)');
  expect(unchanged).toContain('Other (no changes)');
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  expect(cdkCalls(proxy)).toHaveLength(quiet(2));
  const diff = await succeed(project.cdk(['diff', '--method', 'template']));
  expect(diff).toContain('Number of stacks with differences: 0');

  project.change('first/index.js', "exports.handler = async () => 'first, changed in Shop';\n");
  await succeed(project.cdk(['deploy', 'Shop', ...YES]));
  await succeed(project.holdfast(['stack', 'settle', '--stack-name', 'Shop']));
  expect(await held('Shop')).toContain('reference Shop/First/Code:2');
  await succeed(project.cdk(['destroy', '--all', '--force']));
});

test('the assembly of an app that knows nothing of Holdfast, rewritten before each deployment', async () => {
  const output = join(project.folder, 'holdfast.out');
  Object.assign(project.env, { SYNTHESIZER: 'stock', PREFIX: 'Re', CDK_OUTDIR: 'cdk.out' });
  const publish = async () => {
    await succeed(project.node([join(FIXTURES, 'app/app.js')]));
    return succeed(project.holdfastCdk(['publish', 'cdk.out', '--deployment', 'job-1']));
  };

  expect(await publish()).toContain('ReShop: 12 uses of artifacts pinned');
  await succeed(project.cdk(['deploy', '--all', '--app', output, ...YES]));
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  await publish();
  proxy.clear();
  const unchanged = await succeed(project.cdk(['deploy', '--all', '--app', output, ...DIRECT, ...YES]));
  expect(unchanged).toContain('ReShop (no changes)');
  expect(unchanged).toContain('ReOther (no changes)');
  expect(cdkCalls(proxy)).toHaveLength(quiet(2));

  // What was published in one job and is deployed in another is settled there, with what the first one pinned.
  project.change('first/index.js', "exports.handler = async () => 'first, changed in ReShop';\n");
  expect(await publish()).toContain('(2 new, 10 unchanged)');
  await succeed(project.holdfastCdk(['deploy', '--all', '--app', output, ...YES]));
  const after = await held('ReShop');
  expect(after).toContain('reference ReShop/First/Code:2');
  expect(after.filter((line) => !line.startsWith('reference'))).toEqual([]);
  await succeed(project.holdfastCdk(['destroy', '--all', '--force', '--app', output]));
  expect([...(await held('ReShop')), ...(await held('ReOther'))]).toEqual([]);
});

test("an assembly of Python's CDK, rewritten without its app; a change set that waits keeps what it uses", async () => {
  const folder = join(project.folder, 'cdk.out');
  cpSync(join(FIXTURES, 'python-assembly/cdk.out'), folder, { recursive: true });

  await succeed(project.holdfastCdk(['deploy', '--all', '--app', folder, ...YES]));
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);
  expect(await held('Orders')).toEqual([
    'reference Orders/Api/Code:1',
    'reference Orders/Background/Template:1',
    'reference Orders/Background/Worker/Code:1',
    'reference Orders/Shared/Code:1',
  ]);

  // A new function's code, in a change set that nobody has approved.
  const api = 'asset.5ef4874d6d5d03337cdabadf5a1470f3c085d0a3ee682bfdc7d5208095e4b2cd/index.py';
  writeFileSync(join(folder, api), 'def handler(event, context):\n    return "changed"\n');
  await succeed(project.holdfastCdk(['deploy', 'Orders', '--app', folder, '--no-execute', ...YES]));
  expect(await held('Orders')).toEqual(
    expect.arrayContaining(['reference Orders/Api/Code:1', 'pin Orders/Api/Code:2']),
  );
  const refused = await project.holdfast(['delete', 'Orders/Api/Code:2', '--yes']);
  expect(refused).toMatchObject({ code: 3 });

  await succeed(project.holdfastCdk(['destroy', '--all', '--force', '--app', folder]));
  // The change set was nobody's to decide about: its pins go when somebody says so, or a day later.
  expect(await held('Orders')).not.toContain('reference Orders/Api/Code:1');
});

test('a program with toolkit-lib; what of a bootstrap bucket is used, and what is not', async () => {
  const folder = join(FIXTURES, 'python-assembly/cdk.out');
  const program = [join(FIXTURES, 'program/deploy.js'), folder, join(project.folder, 'out'), 'Reports'];
  const settled = JSON.parse(await succeed(project.node(program))) as { added: unknown[] }[];
  expect(settled.flatMap(({ added }) => added)).toHaveLength(1);
  expect(bootstrapCalls(cdkCalls(proxy))).toEqual([]);

  // The stack's Metadata names its asset by the hash that the CDK gave it.
  const live = '1560a47d75b0168aa350d0c7314c8156f46936b070d1eafeced2163f9b2d8ab9.zip';
  const dead = `${'f'.repeat(64)}.zip`;
  const { name: bucket } = await makeBucket(emulator, { objectLock: false });
  const s3 = await openTestS3(emulator);
  for (const Key of [live, dead]) await s3.put({ Bucket: bucket, Key, Body: Buffer.from(Key) });
  s3.close();
  const report = JSON.parse(
    await succeed(project.holdfastCdk(['--json', 'import-staging', '--bucket', bucket, '--apply'])),
  ) as {
    objects: { key: string; verdict: string; version?: string }[];
  };
  expect(report.objects).toMatchObject([
    { key: live, verdict: 'live', version: expect.stringContaining(`${live}:1`) },
    { key: dead, verdict: 'dead' },
  ]);
  expect(report.objects[1]).not.toHaveProperty('version');
  await succeed(project.holdfastCdk(['destroy', 'Reports', '--force', '--app', folder]));
  expect(await held('Reports')).toEqual([]);
});
