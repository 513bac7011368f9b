import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openAccount, type TestAccount } from './support/account.js';
import { HOSTS } from './support/hosts.js';
import { makeService, type TestService } from './support/service.js';

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

async function codeOf(stack: string, name: string): Promise<string | undefined> {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: `${stack}-${name}` }));
  return Configuration?.CodeSha256;
}

const digests = new Map<string, string>();

describe.each(HOSTS)('%s', (host) => {
  test('deploys, stops when nothing changed, rolls back and removes', async () => {
    const shop = await service();
    const stack = `shop-${host}`;
    await shop.run(host, 'deploy', '--stage', host);
    const stackId = (await account.stackId(stack))!;
    const first = await account.template(stack);
    const firstUses = await account.uses(stackId);
    const firstCode = await codeOf(stack, 'list');

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
      `reference ListLambdaFunction.Code ${stack}/ListLambdaFunction:1`,
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

    await shop.write('src/list-orders/index.js', "exports.handler = async () => 'changed';\n");
    await shop.run(host, 'deploy', '--stage', host);
    const second = await account.template(stack);
    const changed = Object.keys(second.Resources).filter(
      (id) =>
        JSON.stringify(second.Resources[id]?.Properties.Code) !==
        JSON.stringify(first.Resources[id]?.Properties.Code),
    );
    expect(changed).toEqual(['ListLambdaFunction']);
    expect(await account.uses(stackId)).toContain(
      `reference ListLambdaFunction.Code ${stack}/ListLambdaFunction:2`,
    );

    await shop.edit('memory: 256', 'memory: 384');
    await shop.run(host, 'deploy', '--stage', host);
    expect((await account.template(stack)).Resources['ListLambdaFunction']?.Properties.MemorySize).toBe(384);
    account.proxy.clear();
    expect(await shop.run(host, 'deploy', '--stage', host)).toContain('No changes to deploy');
    const actions = account.proxy.calls.map(({ action }) => action);
    expect(actions.filter((action) => /Update|ChangeSet|^PUT$/.test(action))).toEqual([]);

    const listed = await shop.run(host, 'deploy', 'list', '--stage', host);
    const times = [...listed.matchAll(/Timestamp: (\d+)/g)].map(([, time]) => time!);
    expect(times).toHaveLength(3);
    await shop.run(host, 'rollback', '--timestamp', times[0]!, '--stage', host);
    expect(await codeOf(stack, 'list')).toBe(firstCode);
    expect(await account.uses(stackId)).toEqual(firstUses);

    await shop.run(host, 'remove', '--stage', host);
    expect(await account.uses(stackId)).toEqual([]);
    expect(await account.ask('delete', `${stack}/ListLambdaFunction:1`)).toMatchObject({
      outcome: 'condemned',
    });
  });
});
