import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startAccountGate, type AccountGate } from '../../../core/test/emulators/account-gate.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startEmulator, type Emulator } from '../../../core/test/emulators/emulator.js';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { startRegionGate, type RegionGate } from '../../../core/test/emulators/region-gate.js';
import { Workplace, type Result } from './workplace.js';

/** The organisation's account for artifacts, two that deploy them, one that nothing is shared with, one that is closed later, and one whose share ends. */
const ARTIFACTS = '111111111111';
const SHOP = '222222222222';
const FLEET = '555555555555';
const READER = '333333333333';
const CLOSED = '444444444444';
const ENDED = '666666666666';
const DEPLOYING = [SHOP, CLOSED, FLEET];
const HOME = 'eu-west-1';
const AWAY = 'us-east-1';

const arn = (rest: string): string => `arn:aws:holdfast:${HOME}:${ARTIFACTS}:${rest}`;
const API = arn('version/payments/api:1');
const stackArn = (account: string, region: string, name: string): string =>
  `arn:aws:cloudformation:${region}:${account}:stack/${name}`;

let emulator: Emulator;
let accounts: AccountGate;
let regions: RegionGate;
const place = new Workplace();

/** Runs the command as somebody of an account whose configured region is the given one. */
function as(account: string, args: readonly string[], region = HOME): Promise<Result> {
  const { credentials } = accounts.as(account);
  const env = awsEnvironment({ ...regions.emulator, region, account, credentials });
  return place.run(args, { env: { ...env, HOLDFAST_STORE: 'aws:' } });
}

async function must(account: string, args: readonly string[], region = HOME): Promise<string> {
  const result = await as(account, args, region);
  if (result.code !== 0)
    throw new Error(`${account}: holdfast ${args.join(' ')}: ${String(result.code)} ${result.stderr}`);
  return result.stdout;
}

async function json<Document>(account: string, args: readonly string[], region = HOME): Promise<Document> {
  return JSON.parse(await must(account, [...args, '--json'], region)) as Document;
}

/** Who keeps a version, as its owner sees it. */
async function usersOf(version: string): Promise<string[]> {
  const { reasons } = await json<{
    reasons: { kind: string; reference?: { consumer: string } }[];
  }>(ARTIFACTS, ['why', version]);
  return reasons.flatMap(({ kind, reference }) =>
    reference === undefined ? [] : [`${kind} ${reference.consumer}`],
  );
}

/** Calls CloudFormation the way that any other tool would. */
async function call(
  account: string,
  region: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const scope = `${account}/20260101/${region}/cloudformation/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const body = new URLSearchParams({ Version: '2010-05-15', ...parameters });
  const response = await fetch(emulator.endpoint, { method: 'POST', headers: { authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Makes or updates the stack from a packaged template, and returns its ID. */
async function deploy(account: string, region: string, StackName: string, file: string): Promise<string> {
  const TemplateBody = readFileSync(file, 'utf8');
  const exists = await call(account, region, { Action: 'DescribeStacks', StackName }).then(
    () => true,
    () => false,
  );
  await call(account, region, { Action: exists ? 'UpdateStack' : 'CreateStack', StackName, TemplateBody });
  for (;;) {
    const text = await call(account, region, { Action: 'DescribeStacks', StackName });
    const [, status = ''] = /<StackStatus>(\w+)</.exec(text) ?? [];
    if (/^(CREATE|UPDATE)_COMPLETE$/.test(status)) return /<StackId>([^<]+)</.exec(text)![1]!;
    if (!status.endsWith('_IN_PROGRESS')) throw new Error(text);
  }
}

const templateUsing = (code: string, logicalId: string): string => `Resources:
  ${logicalId}:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: nodejs22.x
      Role: !Sub arn:aws:iam::\${AWS::AccountId}:role/x
      Code: ${code}
`;

/** The arguments that package a template that uses an artifact, and the file that is written. */
function packaging(
  stack: string,
  code: string,
  logicalId = 'Function',
): { readonly args: readonly string[]; readonly file: string } {
  const template = place.write(`${stack}.yaml`, templateUsing(code, logicalId));
  const file = `${place.folder}/${stack}-packaged.yaml`;
  return {
    file,
    args: ['package', '--template-file', template, '--stack-name', stack, '--output-template-file', file],
  };
}

/** The commands of docs/sharing.md in their order, each with the account that it is for. */
function documented(): { readonly account: string; readonly line: string }[] {
  const text = readFileSync(resolve(__dirname, '../../../../docs/sharing.md'), 'utf8');
  return [...text.matchAll(/```sh\n# account (\d{12})\n([^`]*)```/g)].flatMap(
    ([, account = '', lines = '']) =>
      lines
        .trim()
        .split('\n')
        .map((line) => ({ account, line })),
  );
}

/** What each documented command printed. */
const printed = new Map<string, string>();

async function follow(account: string, line: string): Promise<void> {
  const [tool, ...args] = line.split(' ');
  if (tool === 'holdfast') {
    printed.set(line, await must(account, args));
    if (args[0] === 'bootstrap') await lockBuckets(accounts.direct(account));
    return;
  }
  const [, template = '', stack = '', region = ''] =
    /^aws cloudformation deploy --template-file (\S+) --stack-name (\S+) --region (\S+)$/.exec(line) ?? [];
  if (template === '') throw new Error(`docs/sharing.md has a command that nobody runs: ${line}`);
  await deploy(account, region, stack, join(place.folder, template));
}

beforeAll(async () => {
  emulator = await startEmulator('ministack');
  accounts = await startAccountGate(emulator, { id: 'o-abcdefghij', members: [ARTIFACTS, SHOP] });
  regions = await startRegionGate(accounts.as(ARTIFACTS));
  place.write('api/index.js', 'exports.handler = async () => "hello";');
  place.write('other/index.js', 'exports.handler = async () => "other";');
  place.write('template.yaml', templateUsing(arn('bookmark/payments/api:prod'), 'Function'));
  for (const { account, line } of documented()) await follow(account, line);
  for (const account of [CLOSED, FLEET]) await must(account, ['bootstrap']);
  await must(SHOP, ['bootstrap', '--region', AWAY]);
  for (const account of [SHOP, CLOSED, FLEET]) await lockBuckets(accounts.direct(account));
  await must(ARTIFACTS, ['publish', 'other', '--id', 'other', '--repository', 'payments']);
  await must(ARTIFACTS, ['publish', 'other', '--id', 'other']);
  await must(ARTIFACTS, [
    ...['share', 'create', '--repository', 'payments', '--for', 'deploying'],
    ...['--principals', DEPLOYING.join(), '--yes'],
  ]);
  await must(ARTIFACTS, ['publish', 'other', '--id', 'lint', '--repository', 'tools']);
  const organisation = `arn:aws:organizations::${ARTIFACTS}:organization/o-abcdefghij`;
  await must(ARTIFACTS, ['share', 'create', '--repository', 'tools', '--principals', organisation, '--yes']);
}, 400_000);

afterAll(async () => {
  place.remove();
  await regions.stop();
  await accounts.stop();
  await emulator.stop();
});

test('an account that nothing is shared with is told so, and the repositories that are not shared stay closed', async () => {
  const stranger = await as(READER, ['resolve', API]);
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toContain(
    `account ${ARTIFACTS} shares no store in ${HOME} with these AWS credentials`,
  );
  const closed = await as(SHOP, ['resolve', arn('version/default/other:1')]);
  expect(closed.code).toBe(1);
  expect(closed.stderr).not.toContain('does not exist');
  expect(accounts.refused).toEqual(
    expect.arrayContaining([expect.stringMatching(`${SHOP} dynamodb:GetItem default#versions`)]),
  );
}, 300_000);

test('an ARN of the other account is used as it is: resolved, looked at and read', async () => {
  expect(await must(SHOP, ['resolve', arn('bookmark/payments/api:prod')])).toBe(`${API}\n`);
  expect(await json(SHOP, ['show', API])).toMatchObject({ version: { arn: API } });
  await must(SHOP, ['get', API, '--output', `${place.folder}/api.zip`]);
  const digest = (await json<{ version: { digest: string } }>(ARTIFACTS, ['show', API])).version.digest;
  expect(existsSync(`${place.folder}/api.zip`)).toBe(true);
  expect(digest).toMatch(/^sha256:/);
}, 300_000);

test("a stack of the other account protects an artifact until that account's evidence says that it is not used", async () => {
  const bookmark = packaging('basket', arn('bookmark/payments/api:prod'));
  await must(SHOP, bookmark.args);
  expect(await usersOf(API)).toContain(`pin ${stackArn(SHOP, HOME, 'basket')}`);
  const id = await deploy(SHOP, HOME, 'basket', bookmark.file);
  await must(SHOP, ['stack', 'settle', '--stack-name', 'basket']);
  expect(await usersOf(API)).toContain(`reference ${id}`);

  const refused = await as(ARTIFACTS, ['delete', API, '--yes']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain(`${API} is in use by`);
  // Its owner cannot see into the other account: that is said, and nothing goes.
  const blind = await as(ARTIFACTS, ['reconcile']);
  expect(blind.code).toBe(4);
  expect(`${blind.stdout}${blind.stderr}`).toContain(id);
  expect(await usersOf(API)).toContain(`reference ${id}`);

  const other = packaging('basket', arn('version/payments/other:1'), 'Other');
  await must(SHOP, other.args);
  await deploy(SHOP, HOME, 'basket', other.file);
  await must(SHOP, ['reconcile']);
  expect(await usersOf(API)).not.toContain(`reference ${id}`);
  expect(await usersOf(arn('version/payments/other:1'))).toContain(`reference ${id}`);
}, 400_000);

test('what may only be read is not deployed: nothing is pinned or written, and what is missing is said', async () => {
  const lint = arn('version/tools/lint:1');
  expect(await must(SHOP, ['resolve', lint])).toBe(`${lint}\n`);
  const tools = packaging('tools', lint);
  const refused = await as(SHOP, tools.args);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`nothing was pinned in the store of account "${ARTIFACTS}"`);
  expect(refused.stderr).toContain('--for deploying');
  expect(existsSync(tools.file)).toBe(false);
}, 300_000);

test("in another region the version's replica is used, pinned and settled, also while its home is cut off", async () => {
  const away = packaging('away', API);
  await must(SHOP, away.args, AWAY);
  const id = await deploy(SHOP, AWAY, 'away', away.file);
  await must(SHOP, ['stack', 'settle', '--stack-name', 'away'], AWAY);
  expect(await usersOf(API)).toContain(`reference ${id}`);
  regions.cutOff(HOME);
  try {
    const second = packaging('second', API);
    await must(SHOP, second.args, AWAY);
    await deploy(SHOP, AWAY, 'second', second.file);
    const settled = await as(SHOP, ['stack', 'settle', '--stack-name', 'second'], AWAY);
    expect(settled.code).toBe(4);
    const missing = await as(SHOP, ['resolve', arn('version/payments/other:1')], AWAY);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('version/payments/other:1 is not known in us-east-1');
  } finally {
    regions.restore(HOME);
  }
  expect((await as(ARTIFACTS, ['delete', API, '--yes'])).code).toBe(3);
}, 400_000);

test('what docs/sharing.md says is what happens: one template, deployed in both regions, protects the promoted version', async () => {
  const users = await usersOf(API);
  for (const region of [HOME, AWAY])
    expect(users).toContainEqual(expect.stringContaining(`reference ${stackArn(SHOP, region, 'shop')}/`));
  const why = printed.get('holdfast why api:prod --repository payments') ?? '';
  expect(why).toContain('shop/');
  const policies = [...printed].filter(([line]) => line.startsWith('holdfast policy deployer --store'));
  expect(policies).toHaveLength(2);
  for (const [, text] of policies) {
    expect(text).toContain(`:${ARTIFACTS}:table/holdfast`);
    expect(text).toMatch(/content\/payments\/\*/);
  }
  expect(printed.get('holdfast policy deployer')).toContain(`:${SHOP}:stack/*`);
  expect(printed.get('holdfast policy evidence')).toContain(`:${SHOP}:stack/*`);
}, 120_000);

test('stacks of a stack set, whose names nobody pinned for, are found by what their templates say', async () => {
  const fleet = packaging('fleet', API);
  await must(SHOP, [...fleet.args, '--regions', `${HOME},${AWAY}`]);
  for (const [account, region] of [
    [SHOP, AWAY],
    // It has packaged nothing, and knows of no other store before.
    [FLEET, HOME],
  ] as const) {
    const id = await deploy(account, region, 'StackSet-fleet-6c1d', fleet.file);
    await must(account, ['reconcile', '--all', '--region', region]);
    expect(await usersOf(API)).toContain(`reference ${id}`);
  }
}, 400_000);

test('the owner asks other accounts by a role, and of one that is closed nothing is released until somebody says so', async () => {
  const gone = packaging('gone', arn('version/payments/other:1'));
  await must(CLOSED, gone.args);
  const id = await deploy(CLOSED, HOME, 'gone', gone.file);
  const other = arn('version/payments/other:1');
  const asked = await as(ARTIFACTS, ['reconcile', '--role', 'holdfast-evidence']);
  expect(asked.stdout).toContain(id.slice(id.indexOf('gone/')));
  expect(await usersOf(other)).toContain(`reference ${id}`);

  await call(CLOSED, HOME, { Action: 'DeleteStack', StackName: 'gone' });
  accounts.close(CLOSED);
  const report = await as(ARTIFACTS, ['reconcile', '--role', 'holdfast-evidence']);
  expect(report.code).toBe(4);
  expect(`${report.stdout}${report.stderr}`).toContain(`account ${CLOSED}`);
  expect(await usersOf(other)).toContain(`reference ${id}`);
  await must(ARTIFACTS, ['stack', 'remove', '--stack-name', id, '--yes']);
  expect(await usersOf(other)).not.toContain(`reference ${id}`);
}, 400_000);

test('when a share was ended, its consumer ends the settling there, and not while a stack still uses it', async () => {
  const store = `aws://${ARTIFACTS}/${HOME}`;
  const forget = ['share', 'forget', store, '--yes'];
  const shareWith = (accounts: readonly string[]) =>
    must(ARTIFACTS, [
      ...['share', 'create', '--repository', 'payments', '--for', 'deploying'],
      ...['--principals', accounts.join(), '--yes'],
    ]);
  await must(ENDED, ['bootstrap']);
  await lockBuckets(accounts.direct(ENDED));
  await shareWith([...DEPLOYING, ENDED]);
  const last = packaging('last', API);
  await must(ENDED, last.args);
  await deploy(ENDED, HOME, 'last', last.file);
  await must(ENDED, ['stack', 'settle', '--stack-name', 'last']);
  await shareWith(DEPLOYING);

  const undecided = await as(ENDED, ['reconcile']);
  expect(undecided.code).toBe(4);
  expect(undecided.stderr).toContain(`holdfast share forget ${store}`);
  const used = await as(ENDED, forget);
  expect(used.code).toBe(3);
  expect(used.stderr).toContain(API);
  await call(ENDED, HOME, { Action: 'DeleteStack', StackName: 'last' });
  await must(ENDED, forget);
  await must(ENDED, ['reconcile']);
  const again = await as(ENDED, forget);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('is not noted as one that is used');
}, 400_000);
