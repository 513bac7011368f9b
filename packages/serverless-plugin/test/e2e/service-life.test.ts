import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { cp, lstat, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccount, type TestAccount } from './support/account.js';
import { addPackers } from './support/packers.js';
import { makeService, type TestService } from './support/service.js';
import { DEPLOYER, openTwoAccounts, OWNER } from './support/two-accounts.js';

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

async function service(env = account.env): Promise<TestService> {
  const made = await makeService(env);
  services.push(made);
  return made;
}

async function codeOf(name: string): Promise<string | undefined> {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  return Configuration?.CodeSha256;
}

function withoutPlugin(yaml: string): string {
  return yaml
    .replace(/ {2}- '@holdfast\/serverless-plugin'.*\n/, '')
    .replace(/custom:\n {2}holdfast:\n.*\n/, '');
}

/** The properties of a resource as they were packaged. */
async function packaged(shop: TestService, folder: string, logicalId: string): Promise<unknown> {
  const text = await shop.read(`${folder}/cloudformation-template-update-stack.json`);
  const { Resources } = JSON.parse(text) as { Resources: Record<string, { Properties: unknown }> };
  return Resources[logicalId]?.Properties;
}

test('packages without asking AWS for anything of its own; the package is deployed elsewhere, by change sets', async () => {
  const shop = await service();
  // As hosts do unless they are told otherwise.
  await shop.edit('  deploymentMethod: direct\n', '');
  account.proxy.clear();
  await shop.run(HOST, 'package', '--stage', 'packed', '--package', 'built');
  // The host itself looks whether a layer is there already.
  expect(account.proxy.calls.filter(({ action }) => action !== 'DescribeStacks')).toEqual([]);
  expect(await packaged(shop, 'built', 'ListLambdaFunction')).toMatchObject({
    Code: 'list.zip',
    MemorySize: 256,
  });

  // Stage prod has settings of its own, and a custom resource of the host's.
  await shop.run(HOST, 'package', '--stage', 'prod', '--package', 'prod');
  expect(await packaged(shop, 'prod', 'ListLambdaFunction')).toMatchObject({ MemorySize: 512 });
  expect(await packaged(shop, 'prod', 'CustomDashresourceDashexistingDashs3LambdaFunction')).toMatchObject({
    Code: 'custom-resources.zip',
  });

  const elsewhere = await service();
  await elsewhere.edit('  deploymentMethod: direct\n', '');
  await cp(join(shop.folder, 'built'), join(elsewhere.folder, 'built'), { recursive: true });
  const run = (...args: string[]): Promise<string> => elsewhere.run(HOST, ...args, '--stage', 'packed');
  await run('deploy', '--package', 'built');
  const stackId = (await account.stackId('shop-packed'))!;
  const use = 'ListLambdaFunction.Code';
  const uses = await account.uses(stackId);
  expect(uses).toContain(`reference ${use} shop-packed/ListLambdaFunction:1`);
  expect(uses.filter((held) => held.startsWith('pin'))).toEqual([]);
  expect(account.proxy.calls.map(({ action }) => action)).toContain('ExecuteChangeSet');
  expect(await run('deploy', '--package', 'built')).toContain('No changes to deploy');

  expect(await run('holdfast', 'list')).toContain(`reference  ${use}  shop-packed/ListLambdaFunction:1`);
  expect(await run('holdfast', 'why', '--artifact', 'list')).toContain(`reference of ${stackId}, ${use}`);
  expect(await run('holdfast', 'settle')).toContain(`unchanged  ${stackId}`);
});

test('packs anew what serverless-esbuild and serverless-python-requirements put into the build folder', async () => {
  const shop = await service();
  await addPackers(shop);
  const layer = await shop.read('given/layer.zip');
  await shop.run(HOST, 'package', '--stage', 'given');
  const built = (name: string): Promise<Buffer> => readFile(join(shop.folder, '.serverless', name));
  // The same files, whoever zipped them, in which order and when.
  expect(await built('list.zip')).toEqual(await built('report.zip'));
  expect(await built('list.zip')).not.toEqual(await readFile(join(shop.folder, 'given/list.zip')));
  // What the link leads to is somebody's cache.
  expect((await lstat(join(shop.folder, '.serverless/pythonRequirements.zip'))).isFile()).toBe(true);
  expect(await shop.read('given/layer.zip')).toBe(layer);
  const local = (logicalId: string): Promise<unknown> => packaged(shop, '.serverless', logicalId);
  expect(await local('ListLambdaFunction')).toMatchObject({ Code: 'list.zip' });
  expect(await local('ReportLambdaFunction')).toMatchObject({ Code: 'report.zip' });
  expect(await local('PythonRequirementsLambdaLayer')).toMatchObject({ Content: 'pythonRequirements.zip' });
});

test('takes an existing service over with its bucket retained, and lets it go again', async () => {
  const shop = await service();
  const withPlugin = await shop.read('serverless.yml');
  const without = withoutPlugin(withPlugin);
  await shop.write('serverless.yml', without);
  await shop.run(HOST, 'deploy', '--stage', 'moves');
  const stackId = (await account.stackId('shop-moves'))!;
  expect((await account.template('shop-moves')).Resources['ServerlessDeploymentBucket']).toBeDefined();
  const oldCode = await codeOf('shop-moves-list');

  await shop.write('serverless.yml', withPlugin);
  await cp(join(shop.folder, '.serverless'), join(shop.folder, 'built'), { recursive: true });
  const foreign = await shop.attempt(HOST, ['deploy', '--stage', 'moves', '--package', 'built']);
  expect(foreign.code).not.toBe(0);
  expect(foreign.text).toContain('was made without @holdfast/serverless-plugin');

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
  const settled = await shop.attempt(HOST, ['holdfast', 'settle', '--stage', 'moves']);
  expect(settled.text).toContain(`settled  ${stackId}`);
  // Published versions of functions may still run a layer that the stack has let go of, so that much is not decided.
  expect(settled.text).toContain('was deleted; a function may still run it');
  expect(settled.code).not.toBe(0);
  expect(await account.uses(stackId)).toEqual([]);
});

test("a function and a layer whose package.artifact is another account's version or bookmark, which it protects from then on", async () => {
  const accounts = await openTwoAccounts(account.emulator);
  try {
    const shop = await service(accounts.env);
    const inPayments = ['--repository', 'payments'];
    const owner = async (...args: string[]): Promise<string> => {
      const { code, text } = await accounts.owner(...args, ...inPayments);
      if (code !== 0) throw new Error(text);
      return text;
    };
    const publish = async (text: string): Promise<void> => {
      await shop.write('src/report/index.js', `exports.handler = async () => '${text}';\n`);
      await owner('publish', join(shop.folder, 'src/report'), '--id', 'api', '--bookmark', 'prod');
    };
    expect(await accounts.owner('repository', 'create', 'payments')).toMatchObject({ code: 0 });
    await publish('first');
    await owner('share', 'create', '--for', 'deploying', '--principals', DEPLOYER, '--yes');
    const arn = (rest: string): string => `arn:aws:holdfast:eu-west-1:${OWNER}:${rest}`;
    const patterns = "{ patterns: ['!**', 'src/accept-order/**'] }";
    await shop.edit(patterns, `{ artifact: '${arn('version/payments/api:1')}' }`);
    // The emulator's Lambda reads no other account's bucket when it updates a function; layers are always made anew.
    const layer = `package: { artifact: '${arn('bookmark/payments/api:prod')}' }`;
    await shop.edit('path: layers/order-model # unpacked under /opt', layer);

    const run = (...args: string[]): Promise<string> => shop.run(HOST, ...args, '--stage', 'theirs');
    await run('deploy');
    const use = (slot: string): string => `reference ${DEPLOYER}/shop-theirs ${slot}`;
    const code = use('AcceptLambdaFunction.Code');
    const layers = [use('OrderModelLambdaLayer.Content'), use('Outputs.OrderModelLambdaLayerS3Key.Value')];
    expect(await accounts.heldFor('api:1')).toEqual([code, ...layers]);
    expect(await accounts.template('shop-theirs')).toContain(accounts.bucket);
    expect(await accounts.owner('delete', 'api:1', ...inPayments, '--yes')).toMatchObject({ code: 3 });
    expect(await run('deploy')).toContain('No changes to deploy');

    // For the host nothing changed; for what is deployed, it did.
    await publish('second');
    expect(await run('deploy')).not.toContain('No changes to deploy');
    expect(await accounts.heldFor('api:1')).toEqual([code]);
    expect(await accounts.heldFor('api:2')).toEqual(layers);

    await run('rollback', '--timestamp', (await accounts.deployments('shop-theirs'))[0]!);
    expect(await accounts.heldFor('api:1')).toEqual([code, ...layers]);
    expect(await accounts.heldFor('api:2')).toEqual([]);

    await run('remove');
    expect(await accounts.heldFor('api:1')).toEqual([]);
    expect(await accounts.owner('delete', 'api:1', ...inPayments, '--yes')).toMatchObject({ code: 0 });
  } finally {
    await accounts.stop();
  }
});
