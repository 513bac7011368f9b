import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openAccount, type TestAccount } from './support/account.js';
import { HOSTS } from './support/hosts.js';
import { makeService, type TestService } from './support/service.js';

let account: TestAccount;
let lambda: LambdaClient;
const services: TestService[] = [];
/** Stacks that share all content with those that are tested, one also the beginning of its name: what each uses. */
const neighbours = new Map<string, readonly string[]>();

beforeAll(async () => {
  account = await openAccount();
  lambda = new LambdaClient({});
  const other = await service();
  await other.run('osls4', 'deploy', '--stage', 'serverless2');
  await other.edit('service: shop', 'service: market');
  await other.run('osls4', 'deploy', '--stage', 'serverless');
  for (const stack of ['shop-serverless2', 'market-serverless'])
    neighbours.set(stack, await account.uses((await account.stackId(stack))!));
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

async function codeOf(stack: string, name: string): Promise<string | undefined> {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: `${stack}-${name}` }));
  return Configuration?.CodeSha256;
}

const digests = new Map<string, string>();
const handler = (text: string): string => `exports.handler = async () => '${text}';\n`;
const LIST = 'src/list-orders/index.js';

/** Every setting of docs/serverless.md, and one that is none; the host warns of it and goes on. */
function withEverySetting(yaml: string): string {
  const settings = {
    store: "'aws:'",
    repository: 'default',
    idPrefix: 'shops/every-setting',
    storageMode: 'copy',
    tags: 'true',
    regions: '[eu-west-1]',
    noSetting: 'at all',
  };
  const lines = Object.entries(settings).map(([name, value]) => `    ${name}: ${value}\n`);
  return yaml
    .replace('configValidationMode: error', 'configValidationMode: warn')
    .replace('  holdfast:\n', `  holdfast:\n${lines.join('')}`);
}

describe.each(HOSTS)('%s', (host) => {
  test('deploys, changes one function, fails, is killed, stops, rolls back and removes', async () => {
    const shop = await service();
    const stack = `shop-${host}`;
    const run = (...args: string[]): Promise<string> => shop.run(host, ...args, '--stage', host);
    const functionArn = `arn:aws:lambda:eu-west-1:123456789012:function:${stack}-list`;
    const uses = (): Promise<string[]> => account.uses(stackId);
    const list = (slot: string, version: number, kind = 'reference'): string =>
      `${kind} ${slot} ${stack}/ListLambdaFunction:${version}`;

    await run('deploy');
    const stackId = (await account.stackId(stack))!;
    const first = await account.template(stack);
    const firstUses = await uses();
    expect(first.text).not.toContain('ServerlessDeploymentBucket');
    const { Metadata, Properties } = first.Resources['ListLambdaFunction']!;
    expect(Metadata?.Holdfast?.['Code']?.Version).toMatch(
      new RegExp(`:version/default/${stack}/ListLambdaFunction:1$`),
    );
    expect(Properties.Code).toEqual({
      S3Bucket: { 'Fn::FindInMap': ['Holdfast', { Ref: 'AWS::Region' }, 'Bucket'] },
      S3Key: expect.stringMatching(/^content\/default\/sha256\//),
      S3ObjectVersion: expect.stringMatching(/./),
    });
    expect(firstUses).toEqual([
      `reference AcceptLambdaFunction.Code ${stack}/AcceptLambdaFunction:1`,
      `reference ArchiveLambdaFunction.Code ${stack}/ArchiveLambdaFunction:1`,
      list('ListLambdaFunction.Code', 1),
      `reference OrderModelLambdaLayer.Content ${stack}/OrderModelLambdaLayer:1`,
      `reference Outputs.OrderModelLambdaLayerS3Key.Value ${stack}/OrderModelLambdaLayer:1`,
      `reference ReportLambdaFunction.Code ${stack}/ReportLambdaFunction:1`,
    ]);
    await expect(account.ask('delete', `${stack}/ListLambdaFunction:1`)).rejects.toMatchObject({
      code: 'in-use',
    });

    // The same files are the same bytes on every host, so that changing hosts uploads nothing.
    for (const id of ['AcceptLambdaFunction', 'ListLambdaFunction', 'OrderModelLambdaLayer']) {
      const { digest } = await account.ask('describe', `${stack}/${id}`);
      expect(digests.get(id) ?? digest).toBe(digest);
      digests.set(id, digest);
    }

    // One function gets its code, and a reference of its own; the stack's are as before.
    await shop.write(LIST, handler('second'));
    account.proxy.clear();
    await run('deploy', 'function', '--function', 'list');
    // Lambda is asked for the function by its ARN, and gets a location instead of bytes.
    expect(account.proxy.calls.map(({ path }) => path)).toContain(
      `/2015-03-31/functions/${encodeURIComponent(functionArn)}/code`,
    );
    const { digest } = await account.ask('describe', `${stack}/ListLambdaFunction:2`);
    const secondCode = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
    expect(await codeOf(stack, 'list')).toBe(secondCode);
    expect(await account.uses(functionArn)).toContain(list('$LATEST.Code', 2));
    expect(await uses()).toEqual(firstUses);

    // A failure while CloudFormation works releases the pins and keeps what runs.
    const good = await shop.read('serverless.yml');
    const broken =
      "\nresources:\n  Resources:\n    Broken: { Type: 'AWS::SNS::Topic', Properties: { TopicName: !ImportValue nowhere } }\n";
    await shop.write('serverless.yml', withEverySetting(good) + broken);
    const failed = await shop.attempt(host, ['deploy', '--stage', host]);
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain('nowhere');
    expect(await uses()).toEqual(firstUses);
    // Of all settings that there are, the host knows every one, and warns of what is none.
    const told = failed.text.split('\n').filter((line) => /custom\.holdfast|unrecognized/.test(line));
    expect(told).toEqual([expect.stringContaining('noSetting')]);

    // It is not skipped afterwards. Of the template, only that function's code changes.
    await shop.write('serverless.yml', good);
    await run('deploy');
    const second = await account.template(stack);
    const changed = Object.keys(second.Resources).filter(
      (id) =>
        JSON.stringify(second.Resources[id]?.Properties.Code) !==
        JSON.stringify(first.Resources[id]?.Properties.Code),
    );
    expect(changed).toEqual(['ListLambdaFunction']);
    const secondUses = await uses();
    expect(secondUses).toEqual(
      firstUses.map((use) => use.replace('ListLambdaFunction:1', 'ListLambdaFunction:2')),
    );

    // Who is killed while CloudFormation works leaves the old and the new protected.
    await shop.write(LIST, handler('third'));
    const { code } = await shop.attempt(host, ['deploy', '--stage', host], {
      started: (kill) => {
        let updating = false;
        account.onCall(({ action }) => {
          if (action === 'UpdateStack') updating = true;
          else if (updating && action === 'DescribeStackEvents') kill();
        });
      },
    });
    expect(code).toBeNull();
    for (const number of [2, 3]) {
      await expect(account.ask('delete', `${stack}/ListLambdaFunction:${number}`)).rejects.toMatchObject({
        code: 'in-use',
      });
    }

    // The next deployment settles that, too; this one changes the configuration alone.
    await shop.edit('memory: 256', 'memory: 384');
    await run('deploy');
    expect((await account.template(stack)).Resources['ListLambdaFunction']?.Properties.MemorySize).toBe(384);
    expect(await uses()).toEqual(
      secondUses.map((use) => use.replace('ListLambdaFunction:2', 'ListLambdaFunction:3')),
    );

    account.proxy.clear();
    expect(await run('deploy')).toContain('No changes to deploy');
    const actions = account.proxy.calls.map(({ action }) => action);
    expect(actions.filter((action) => /Update|ChangeSet|^PUT$/.test(action))).toEqual([]);

    // The example keeps three; a deployment that failed is none to go back to.
    const listed = await run('deploy', 'list');
    const times = [...listed.matchAll(/Timestamp: (\d+)/g)].map(([, time]) => time!);
    expect(times).toHaveLength(3);
    await run('rollback', '--timestamp', times[0]!);
    expect(await codeOf(stack, 'list')).toBe(secondCode);
    expect(await uses()).toEqual(secondUses);

    await run('rollback', 'function', '--function', 'list', '--function-version', '1');
    expect(await account.uses(functionArn)).toContain(list('$LATEST.Code', 1));

    // What is removed with the stack is nobody else's.
    account.proxy.clear();
    await run('remove');
    expect(await uses()).toEqual([]);
    expect(await account.uses(functionArn)).toEqual([]);
    expect(account.proxy.calls.filter(({ service, action }) => service === 's3' && action !== 'GET')).toEqual(
      [],
    );
    expect(await account.ask('delete', `${stack}/ListLambdaFunction:1`)).toMatchObject({
      outcome: 'condemned',
    });
    for (const [name, before] of neighbours) {
      expect(await account.uses((await account.stackId(name))!)).toEqual(before);
      await expect(account.ask('delete', `${name}/ListLambdaFunction:1`)).rejects.toMatchObject({
        code: 'in-use',
      });
    }
  });
});
