import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
// eslint-disable-next-line no-restricted-imports -- the emulators of the tests belong to no package's exports
import { lockBuckets } from '../../../core/test/contract/support/lock-buckets.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { startAccountGate } from '../../../core/test/emulators/account-gate.js';
// eslint-disable-next-line no-restricted-imports -- as above
import { awsEnvironment } from '../../../core/test/emulators/aws-environment.js';
import { SamPlace, WORKSPACE } from '../support/sam-place.js';

let place: SamPlace;

beforeAll(async () => {
  place = await SamPlace.open();
});
afterAll(() => place.close());

interface Held {
  readonly references: readonly {
    readonly kind: string;
    readonly slot: string;
    readonly version: { readonly id: string; readonly number: number };
  }[];
}

const example = (name: string): string => place.copyIn(join(WORKSPACE, 'examples', name), name);

async function stackId(stack: string): Promise<string> {
  const text = await place.cloudformation({ Action: 'DescribeStacks', StackName: stack });
  return /<StackId>([^<]+)</.exec(text)?.[1] ?? `${stack} is not there`;
}

/** What a stack holds, as `slot artifact:number`. */
async function heldBy(id: string): Promise<string[]> {
  const { stdout } = await place.holdfast('references', '--consumer', id, '--json');
  const { references } = JSON.parse(stdout) as Held;
  return references
    .filter(({ kind }) => kind === 'reference')
    .map(({ slot, version }) => `${slot} ${version.id}:${version.number}`)
    .sort();
}

/** The name of the function that is a resource of a stack. */
async function functionOf(stack: string, logicalId: string): Promise<string> {
  const parameters = { Action: 'DescribeStackResource', StackName: stack, LogicalResourceId: logicalId };
  const text = await place.cloudformation(parameters);
  return /<PhysicalResourceId>([^<]+)</.exec(text)?.[1] ?? `${logicalId} is not in ${stack}`;
}

async function digestOf(version: string): Promise<string> {
  const { stdout } = await place.holdfast('show', version, '--json');
  return (JSON.parse(stdout) as { version: { digest: string } }).version.digest;
}

test('orders: built, moved over from plain sam, deployed, and ejected to plain sam again', async () => {
  const app = example('sam-app');
  expect(await place.sam(app, 'build')).toMatchObject({ code: 0 });
  const inRegion =
    '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>';
  await place.aws('s3', 'PUT', '/old-bucket', inRegion);
  expect(await place.sam(app, 'deploy', '--s3-bucket', 'old-bucket')).toMatchObject({ code: 0 });
  const old = await place.aws('s3', 'GET', '/old-bucket');
  place.callsOfSam();

  const deployed = await place.holdfastSam(app, ['deploy']);
  expect(deployed.stderr).toContain('holdfast: orders-dev is UPDATE_COMPLETE');
  expect(deployed.code).toBe(0);
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
  const id = await stackId('orders-dev');
  const held = await heldBy(id);
  expect(held).toEqual(
    expect.arrayContaining([
      'AcceptOrder.CodeUri orders/AcceptOrder:1',
      'Alarms.TemplateURL orders/Alarms:1',
      'Fulfilment.DefinitionUri orders/Fulfilment:1',
      'ListOrders.CodeUri orders/ListOrders:1',
      'OrderModel.ContentUri orders/OrderModel:1',
      'OrdersApi.DefinitionBody.Fn::Transform.Location orders/OrdersApi/DefinitionBody/Fn-Transform/Location:1',
      'SendReceipt.CodeUri orders/SendReceipt:1',
    ]),
  );
  const name = await functionOf('orders-dev', 'SendReceipt');
  expect(await place.codeDigest(name)).toBe(await digestOf('orders/SendReceipt:1'));
  // Whatever the stack had before stays where it was.
  expect(await place.aws('s3', 'GET', '/old-bucket')).toBe(old);

  const ejected = await place.holdfastSam(app, ['eject']);
  expect(ejected).toMatchObject({ code: 0, stderr: expect.stringContaining('7 files') as unknown });
  expect(await place.holdfastSam(app, ['eject'])).toMatchObject({ code: 1 });
  expect(await heldBy(id)).toEqual(held);
  const plain = [
    '-t',
    'ejected/template.yaml',
    '--config-file',
    '../samconfig.toml',
    '--s3-bucket',
    'old-bucket',
  ];
  expect(await place.sam(app, 'deploy', ...plain)).toMatchObject({ code: 0 });
  const text = await place.cloudformation({ Action: 'GetTemplate', StackName: 'orders-dev' });
  expect(text).not.toMatch(/holdfast/i);
  expect(await place.codeDigest(name)).toBe(await digestOf('orders/SendReceipt:1'));
  // Only what CloudFormation says lets the references go.
  expect(await place.holdfast('delete', 'orders/SendReceipt:1', '--yes')).toMatchObject({ code: 3 });
  expect(await place.holdfastSam(app, ['settle'])).toMatchObject({ code: 0 });
  expect(await heldBy(id)).toEqual([]);
  expect(await place.holdfast('delete', 'orders/SendReceipt:1', '--yes')).toMatchObject({ code: 0 });
});

test('items: what sam build built once for three functions is stored once', async () => {
  const app = example('sam-items');
  expect(await place.sam(app, 'build')).toMatchObject({ code: 0 });
  place.callsOfSam();
  const args = ['deploy', '--stack-name', 'items', '--capabilities', 'CAPABILITY_IAM'];
  expect(await place.holdfastSam(app, args)).toMatchObject({ code: 0 });
  const ids = ['GetAllItems', 'GetItem', 'PutItem'];
  expect(await heldBy(await stackId('items'))).toEqual(ids.map((id) => `${id}.CodeUri items/${id}:1`));
  const digests = new Set(await Promise.all(ids.map((id) => digestOf(`items/${id}:1`))));
  const [digest = ''] = digests;
  expect(digests.size).toBe(1);
  expect(place.written.filter((path) => path.includes(digest.slice(7)))).toHaveLength(1);
  expect(await place.codeDigest(await functionOf('items', 'PutItem'))).toBe(digest);
});

test('archive: straight from its sources, a single file and a layer of Globals among them; deleted by the real sam', async () => {
  const app = example('sam-archive');
  const args = ['--stack-name', 'archive', '--capabilities', 'CAPABILITY_IAM'];
  place.callsOfSam();
  expect(await place.holdfastSam(app, ['deploy', ...args])).toMatchObject({ code: 0 });
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
  const id = await stackId('archive');
  expect(await heldBy(id)).toEqual(
    expect.arrayContaining([
      'Compress.CodeUri archive/Compress:1',
      'Naming.ContentUri archive/Naming:1',
      'Report.CodeUri archive/Report:1',
    ]),
  );
  const report = await functionOf('archive', 'Report');
  expect(await place.codeDigest(report)).toBe(await digestOf('archive/Report:1'));
  const deleted = await place.holdfastSam(app, ['delete', '--stack-name', 'archive', '--no-prompts']);
  expect(deleted).toMatchObject({ code: 0 });
  expect(await heldBy(id)).toEqual([]);
  expect(await place.holdfast('verify')).toMatchObject({ code: 0 });
});

test("a function whose CodeUri is a bookmark of another account's store, which protects it from then on", async () => {
  // Neither is the account of the other tests, whose store would go on asking for the other one.
  const [OWNER, DEPLOYER] = ['111111111111', '222222222222'];
  const accounts = await startAccountGate(place.emulator);
  const run = async (account: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await place.holdfastAs(awsEnvironment(accounts.as(account)), ...args);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  try {
    const app = place.app('elsewhere', {
      'template.yaml': [
        'Transform: AWS::Serverless-2016-10-31',
        'Resources:',
        '  Api:',
        '    Type: AWS::Serverless::Function',
        '    Properties:',
        '      Runtime: nodejs22.x',
        '      Handler: index.handler',
        `      CodeUri: arn:aws:holdfast:eu-west-1:${OWNER}:bookmark/payments/api:prod`,
        '',
      ].join('\n'),
      'code/index.js': 'exports.handler = async () => "theirs";\n',
    });
    for (const account of [OWNER, DEPLOYER]) {
      await run(account, 'bootstrap');
      await lockBuckets(accounts.direct(account));
    }
    const inPayments = ['--repository', 'payments'];
    await run(OWNER, 'repository', 'create', 'payments');
    await run(OWNER, 'publish', 'elsewhere/code', '--id', 'api', ...inPayments, '--bookmark', 'prod');
    const principals = ['--for', 'deploying', '--principals', DEPLOYER];
    await run(OWNER, 'share', 'create', ...inPayments, ...principals, '--yes');

    const args = ['deploy', '--stack-name', 'elsewhere', '--capabilities', 'CAPABILITY_IAM'];
    const deployed = await place.holdfastSam(app, args, '', awsEnvironment(accounts.as(DEPLOYER)));
    expect(deployed).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('holdfast: elsewhere is CREATE_COMPLETE') as unknown,
    });
    const { reasons } = JSON.parse(await run(OWNER, 'why', 'api:1', ...inPayments, '--json')) as {
      reasons: { kind: string; reference?: { consumer: string; slot: string } }[];
    };
    expect(reasons.filter(({ kind }) => kind === 'reference' || kind === 'pin')).toMatchObject([
      {
        kind: 'reference',
        reference: {
          consumer: expect.stringContaining(`:${DEPLOYER}:stack/elsewhere/`) as unknown,
          slot: 'Api.CodeUri',
        },
      },
    ]);
  } finally {
    await accounts.stop();
  }
});
