import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccount, type TestAccount } from './support/account.js';
import { makeService, type TestService } from './support/service.js';

// Every host takes the main path in every-host.test.ts; what else users do is shown on one of them.
const HOST = 'osls4';

let account: TestAccount;
let lambda: LambdaClient;
const services: TestService[] = [];

beforeAll(async () => {
  account = await openAccount();
  lambda = new LambdaClient({});
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.remove();
});
afterAll(async () => {
  lambda.destroy();
  await account.stop();
});

async function service(): Promise<TestService> {
  const made = await makeService(account.env);
  services.push(made);
  return made;
}

async function codeOf(name: string): Promise<string | undefined> {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  return Configuration?.CodeSha256;
}

const functionArn = (name: string): string => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;

test('packages without asking AWS for anything of its own, and deploys the package elsewhere', async () => {
  const shop = await service();
  account.proxy.clear();
  await shop.run(HOST, 'package', '--stage', 'packed', '--package', 'built');
  // The host itself looks whether a layer is there already.
  expect(account.proxy.calls.filter(({ action }) => action !== 'DescribeStacks')).toEqual([]);
  const packed = JSON.parse(await shop.read('built/cloudformation-template-update-stack.json')) as {
    Resources: Record<string, { Properties: { Code?: unknown } }>;
  };
  expect(packed.Resources['ListLambdaFunction']?.Properties.Code).toBe('list.zip');

  await shop.run(HOST, 'deploy', '--stage', 'packed', '--package', 'built');
  const stackId = (await account.stackId('shop-packed'))!;
  expect(await account.uses(stackId)).toContain(
    'reference ListLambdaFunction.Code shop-packed/ListLambdaFunction:1',
  );
  expect(await shop.run(HOST, 'deploy', '--stage', 'packed', '--package', 'built')).toContain(
    'No changes to deploy',
  );
});

test('leaves another stage alone that shares its content and the beginning of its name', async () => {
  const shop = await service();
  await shop.run(HOST, 'deploy', '--stage', 'dev');
  await shop.run(HOST, 'deploy', '--stage', 'dev2');
  const other = (await account.stackId('shop-dev2'))!;
  const before = await account.uses(other);
  await shop.run('serverless', 'remove', '--stage', 'dev');
  expect(await account.uses(other)).toEqual(before);
  await expect(account.ask('delete', 'shop-dev2/ListLambdaFunction:1')).rejects.toMatchObject({
    code: 'in-use',
  });
  // Its past deployments are still there to go back to, and its present one is found unchanged.
  expect(await shop.run(HOST, 'deploy', 'list', '--stage', 'dev2')).toMatch(/Timestamp: \d+/);
  expect(await shop.run(HOST, 'deploy', '--stage', 'dev2')).toContain('No changes to deploy');
});

test('gives one function its code, with a reference of its own', async () => {
  const shop = await service();
  await shop.run(HOST, 'deploy', '--stage', 'one');
  const stackId = (await account.stackId('shop-one'))!;
  const uses = await account.uses(stackId);
  await shop.write('src/list-orders/index.js', "exports.handler = async () => 'quick';\n");
  account.proxy.clear();
  await shop.run(HOST, 'deploy', 'function', '--function', 'list', '--stage', 'one');
  expect(account.proxy.calls.some(({ path }) => path.endsWith('/shop-one-list/code'))).toBe(true);
  const { digest } = await account.ask('describe', 'shop-one/ListLambdaFunction:2');
  expect(await codeOf('shop-one-list')).toBe(
    Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64'),
  );
  expect(await account.uses(functionArn('shop-one-list'))).toContain(
    'reference $LATEST.Code shop-one/ListLambdaFunction:2',
  );
  expect(await account.uses(stackId)).toEqual(uses);
  expect(await shop.run(HOST, 'deploy', 'function', '--function', 'list', '--stage', 'one')).toContain(
    'Code did not change',
  );
  const why = await shop.run(HOST, 'holdfast', 'why', '--artifact', 'list', '--stage', 'one');
  expect(why).toContain('shop-one-list, $LATEST.Code');

  // The stack catches up: from then on both hold it.
  await shop.run(HOST, 'deploy', '--stage', 'one');
  expect(await account.uses(stackId)).toContain(
    'reference ListLambdaFunction.Code shop-one/ListLambdaFunction:2',
  );

  await shop.run(
    HOST,
    'rollback',
    'function',
    '--function',
    'list',
    '--function-version',
    '1',
    '--stage',
    'one',
  );
  expect(await account.uses(functionArn('shop-one-list'))).toContain(
    'reference $LATEST.Code shop-one/ListLambdaFunction:1',
  );
});

test('a deployment that failed releases its pins, keeps what runs, and is not skipped', async () => {
  const shop = await service();
  await shop.run(HOST, 'deploy', '--stage', 'fails');
  const stackId = (await account.stackId('shop-fails'))!;
  const uses = await account.uses(stackId);
  await shop.write('src/list-orders/index.js', "exports.handler = async () => 'next';\n");
  const good = await shop.read('serverless.yml');
  await shop.write(
    'serverless.yml',
    `${good}\nresources:\n  Resources:\n    Broken: { Type: 'AWS::Holdfast::Nonsense', Properties: {} }\n`,
  );
  expect((await shop.attempt(HOST, ['deploy', '--stage', 'fails'])).code).not.toBe(0);
  expect((await account.uses(stackId)).filter((use) => use.startsWith('reference'))).toEqual(
    expect.arrayContaining(uses),
  );
  expect((await account.uses(stackId)).filter((use) => use.startsWith('pin'))).toEqual([]);

  await shop.write('serverless.yml', good);
  const text = await shop.run(HOST, 'deploy', '--stage', 'fails');
  expect(text).not.toContain('No changes');
  expect(await account.uses(stackId)).toContain(
    'reference ListLambdaFunction.Code shop-fails/ListLambdaFunction:2',
  );
});

test('a deployment that was killed stays protected until the next one settles it', async () => {
  const shop = await service();
  await shop.run(HOST, 'deploy', '--stage', 'killed');
  const stackId = (await account.stackId('shop-killed'))!;
  await shop.write('src/list-orders/index.js', "exports.handler = async () => 'killed';\n");
  account.proxy.clear();
  const { code } = await shop.attempt(HOST, ['deploy', '--stage', 'killed'], {
    killWhen: () => account.proxy.calls.some(({ action }) => action === 'UpdateStack'),
  });
  expect(code).toBeNull();
  await expect(account.ask('delete', 'shop-killed/ListLambdaFunction:2')).rejects.toMatchObject({
    code: 'in-use',
  });
  await expect(account.ask('delete', 'shop-killed/ListLambdaFunction:1')).rejects.toMatchObject({
    code: 'in-use',
  });

  await shop.run(HOST, 'deploy', '--stage', 'killed');
  await shop.run(HOST, 'holdfast', 'settle', '--stage', 'killed');
  const held = await account.uses(stackId);
  expect(held).toContain('reference ListLambdaFunction.Code shop-killed/ListLambdaFunction:2');
  expect(held).not.toContain('reference ListLambdaFunction.Code shop-killed/ListLambdaFunction:1');
});

test('takes an existing service over with its bucket retained, and lets it go again', async () => {
  const shop = await service();
  const withPlugin = await shop.read('serverless.yml');
  const without = withPlugin
    .replace(/ {2}- '@holdfast\/serverless-plugin'.*\n/, '')
    .replace(/custom:\n {2}holdfast:\n.*\n/, '');
  await shop.write('serverless.yml', without);
  await shop.run(HOST, 'deploy', '--stage', 'moves');
  const stackId = (await account.stackId('shop-moves'))!;
  expect((await account.template('shop-moves')).Resources['ServerlessDeploymentBucket']).toBeDefined();
  const oldCode = await codeOf('shop-moves-list');

  await shop.write('serverless.yml', withPlugin);
  const moved = await shop.run(HOST, 'deploy', '--stage', 'moves');
  expect(moved).toContain('stays in the account');
  expect((await account.template('shop-moves')).text).not.toContain('ServerlessDeploymentBucket');
  expect(await account.uses(stackId)).toContain(
    'reference ListLambdaFunction.Code shop-moves/ListLambdaFunction:2',
  );
  const hex = Buffer.from(oldCode!, 'base64').toString('hex');
  // What ran before is the first version.
  const { digest } = await account.ask('describe', 'shop-moves/ListLambdaFunction:1');
  expect(digest).toBe(`sha256:${hex}`);

  await shop.write('serverless.yml', without);
  await rename(join(shop.folder, '.serverless'), join(shop.folder, '.serverless-before'));
  await shop.run(HOST, 'deploy', '--stage', 'moves');
  expect((await account.template('shop-moves')).Resources['ServerlessDeploymentBucket']).toBeDefined();
  await shop.write('serverless.yml', withPlugin);
  await shop.run(HOST, 'holdfast', 'settle', '--stage', 'moves');
  expect(await account.uses(stackId)).toEqual([]);
});
