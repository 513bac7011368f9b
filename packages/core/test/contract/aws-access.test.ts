import {
  CreateGrantCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ListGrantsCommand,
} from '@aws-sdk/client-kms';
import {
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteResourcePolicyCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bootstrap } from '../../src/engines/bootstrap.js';
import { policyFor, type Role } from '../../src/engines/policy.js';
import { ArtifactStore } from '../../src/store/artifact-store.js';
import { awsEnvironment } from '../emulators/aws-environment.js';
import { pythonOfTests, startEmulator, type Emulator } from '../emulators/emulator.js';
import { administrator, clientConfig, makeBucket } from '../emulators/test-bucket.js';

const OTHER = '222222222222';
const TABLE = 'arn:aws:dynamodb:eu-west-1:123456789012:table/holdfast';
const FOREIGN = { Sid: 'TheirOwn', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: '*' };
const LAMBDA = { Service: 'lambda.amazonaws.com' };

let emulator: Emulator;
let store: ArtifactStore;
let s3: S3Client;
let dynamo: DynamoDBClient;
let place: { bucket: string; payments: string; other: string };

const readingBy = (AWS: string | readonly string[]): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Reading',
      Effect: 'Allow',
      Principal: { AWS },
      Action: ['holdfast:Get*', 'holdfast:L*'],
      Resource: '*',
    },
  ],
});
const inPayments = { repository: 'payments' };

/** What a user of the other account, whose own account allows everything, gets: by a request, by a presigned URL, and by no name at all. */
const READER = `
import boto3, json, sys, urllib.request, urllib.error
from botocore.config import Config
from botocore.exceptions import ClientError
endpoint, account, bucket, keys = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
def client(service, key, secret):
    return boto3.client(service, endpoint_url=endpoint, region_name='eu-west-1', aws_access_key_id=key, aws_secret_access_key=secret,
                        config=Config(s3={'addressing_style': 'path'}, signature_version='s3v4' if service == 's3' else None))
iam = client('iam', account, 'test')
try: iam.create_user(UserName='reader')
except ClientError: pass
everything = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}
iam.put_user_policy(UserName='reader', PolicyName='everything', PolicyDocument=json.dumps(everything))
key = iam.create_access_key(UserName='reader')['AccessKey']
s3 = client('s3', key['AccessKeyId'], key['SecretAccessKey'])
def by_request(name):
    try: return s3.get_object(Bucket=bucket, Key=name)['ResponseMetadata']['HTTPStatusCode']
    except ClientError as error: return error.response['ResponseMetadata']['HTTPStatusCode']
def by_url(url):
    try: return urllib.request.urlopen(url, timeout=10).status
    except urllib.error.HTTPError as error: return error.code
print(json.dumps([[by_request(name), by_url(s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': name})),
                   by_url(f'{endpoint}/{bucket}/{name}')] for name in keys]))
`;

async function readAsOther(...keys: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(pythonOfTests(), [
    '-c',
    READER,
    emulator.endpoint,
    OTHER,
    place.bucket,
    ...keys,
  ]);
  return JSON.parse(stdout);
}

async function bucketStatements(): Promise<{ Sid: string }[]> {
  const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket: place.bucket }));
  return (JSON.parse(Policy) as { Statement: { Sid: string }[] }).Statement;
}

async function writeStatements(Statement: readonly object[]): Promise<void> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: place.bucket, Policy }));
}

async function set(policy: unknown): Promise<void> {
  await store.applyPolicy(await store.planPolicy(policy, inPayments));
}

beforeAll(async () => {
  // With AUTH it judges every request by the policies of who asks and of what is asked for.
  emulator = await startEmulator('ministack', { env: { AUTH: 'true' } });
  Object.assign(process.env, awsEnvironment(emulator));
  s3 = administrator(emulator);
  dynamo = new DynamoDBClient(clientConfig(emulator));
  const made = await bootstrap();
  // No emulator's CloudFormation turns it on.
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: made.bucket, ObjectLockConfiguration }));
  store = await ArtifactStore.open('aws:');
  await store.createRepository('payments');
  // The emulator speaks plain HTTP, which the stack's own policy denies to everybody.
  place = { bucket: made.bucket, payments: '', other: '' };
  await writeStatements((await bucketStatements()).filter(({ Sid }) => Sid !== 'OnlyOverTls'));
  const source = { kind: 'bytes', bytes: Buffer.from('bytes') } as const;
  const { version } = await store.publish({ id: 'api', source, repository: 'payments' });
  const { version: elsewhere } = await store.publish({ id: 'api', source });
  const { bucket, key } = await store.locate(version);
  place = { bucket, payments: key, other: (await store.locate(elsewhere)).key };
}, 60_000);

afterAll(async () => {
  s3.destroy();
  dynamo.destroy();
  await store.close();
  await emulator.stop();
});

beforeEach(() => set(undefined));

test('another account reads the repository while the policy lets it, and no other repository, and nobody reads without a name', async () => {
  const denied = [403, 403, 403];
  expect(await readAsOther(place.payments, place.other)).toEqual([denied, denied]);
  await set(readingBy(OTHER));
  expect(await readAsOther(place.payments, place.other)).toEqual([[200, 200, 403], denied]);
  await set(readingBy('333333333333'));
  expect(await readAsOther(place.payments)).toEqual([denied]);
  await set(undefined);
  expect(await readAsOther(place.payments)).toEqual([denied]);
});

test("what others wrote into the bucket's policy stays, in its order", async () => {
  const before = await bucketStatements();
  await writeStatements([FOREIGN, ...before]);
  await set(readingBy(OTHER));
  const names = (await bucketStatements()).map(({ Sid }) => Sid);
  expect(names.slice(0, -1)).toEqual(['TheirOwn', ...before.map(({ Sid }) => Sid)]);
  await set(undefined);
  expect(await bucketStatements()).toEqual([FOREIGN, ...before]);
  await writeStatements(before);
});

test('setting the same policy again changes nothing in AWS', async () => {
  await set(readingBy(OTHER));
  const again = await store.planPolicy(readingBy(OTHER), inPayments);
  expect(again.access?.changes).toEqual([]);
});

test("a plan that somebody else's change has overtaken is refused, for S3 and for DynamoDB", async () => {
  const plan = await store.planPolicy(readingBy(OTHER), inPayments);
  const before = await bucketStatements();
  await writeStatements([...before, FOREIGN]);
  await expect(store.applyPolicy(plan)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(place.bucket),
  });
  expect(await bucketStatements()).toEqual([...before, FOREIGN]);
  await writeStatements(before);

  await set(readingBy(OTHER));
  const second = await store.planPolicy(readingBy('333333333333'), inPayments);
  await dynamo.send(new DeleteResourcePolicyCommand({ ResourceArn: TABLE }));
  await expect(store.applyPolicy(second)).rejects.toMatchObject({ code: 'conflict' });
  await set(readingBy(OTHER));
  const { Policy: table = '' } = await dynamo.send(new GetResourcePolicyCommand({ ResourceArn: TABLE }));
  expect(table).toContain('payments#artifacts');
});

test('of two who set a policy upon the same one, one is refused', async () => {
  const plans = await Promise.all(
    [OTHER, '333333333333'].map((it) => store.planPolicy(readingBy(it), inPayments)),
  );
  await store.applyPolicy(plans[0]!);
  await expect(store.applyPolicy(plans[1]!)).rejects.toMatchObject({ code: 'conflict' });
});

test('a policy that is too large is refused with its size, and changes nothing', async () => {
  const before = await bucketStatements();
  const accounts = Array.from({ length: 600 }, (_, index) => String(300_000_000_000 + index));
  await expect(store.planPolicy(readingBy(accounts), inPayments)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringMatching(/would have \d+ bytes, and at most 20480 are allowed/),
  });
  expect(await bucketStatements()).toEqual(before);
});

test('Lambda reads on behalf of named accounts', async () => {
  const statement = {
    Effect: 'Allow',
    Principal: LAMBDA,
    Action: 'holdfast:GetContent',
    Resource: '*',
    Condition: { StringEquals: { 'aws:SourceAccount': OTHER } },
  };
  await set({ Version: '2012-10-17', Statement: [statement] });
  expect((await bucketStatements()).at(-1)).toMatchObject({
    Principal: { Service: ['lambda.amazonaws.com'] },
    Condition: { StringEquals: { 'aws:SourceAccount': [OTHER] } },
  });
});

describe('a bucket of the user with a KMS key', () => {
  const ROLE = `arn:aws:iam::${OTHER}:role/deployer`;
  const inMine = { repository: 'mine' };
  let kms: KMSClient;
  let bucket: string;
  let key: string;

  const planFor = (policy: unknown) => store.planPolicy(policy, inMine);
  const setMine = async (policy: unknown) => {
    await store.applyPolicy(await planFor(policy));
  };

  /** Who has which grants of a key. */
  async function grantees(of: string): Promise<string[]> {
    const { Grants = [] } = await kms.send(new ListGrantsCommand({ KeyId: of }));
    return Grants.map((it) => `${it.GranteePrincipal ?? ''} ${(it.Operations ?? []).join()}`).sort();
  }

  async function makeKey(): Promise<string> {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    return KeyMetadata!.Arn!;
  }

  async function encryptWith(KMSMasterKeyID: string): Promise<void> {
    const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } as const;
    const Rules = [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }];
    await s3.send(
      new PutBucketEncryptionCommand({ Bucket: bucket, ServerSideEncryptionConfiguration: { Rules } }),
    );
  }

  beforeAll(async () => {
    kms = new KMSClient(clientConfig(emulator));
    key = await makeKey();
    bucket = (await makeBucket(emulator)).name;
    const blocked = { BlockPublicAcls: true, BlockPublicPolicy: true };
    const PublicAccessBlockConfiguration = {
      ...blocked,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration }));
    await encryptWith(key.slice(key.lastIndexOf('/') + 1));
    await store.createRepository('mine', { bucket });
  });
  afterAll(() => kms.destroy());

  test('a policy makes the grants that it needs, a changed one no others, and none is left when it goes; those of others stay', async () => {
    const theirs = {
      GranteePrincipal: 'arn:aws:iam::333333333333:role/theirs',
      Operations: ['Encrypt' as const],
    };
    await kms.send(new CreateGrantCommand({ KeyId: key, Name: 'Theirs', ...theirs }));
    const foreign = 'arn:aws:iam::333333333333:role/theirs Encrypt';

    const plan = await planFor(readingBy(OTHER));
    expect(plan.access?.grants).toMatchObject([{ key, removed: [], foreign: 1 }]);
    expect(await grantees(key)).toEqual([foreign]);
    await store.applyPolicy(plan);
    expect(await grantees(key)).toEqual([`arn:aws:iam::${OTHER}:root Decrypt`, foreign]);
    expect((await planFor(readingBy(OTHER))).access?.grants).toEqual([]);

    await setMine(readingBy(ROLE));
    expect(await grantees(key)).toEqual([`${ROLE} Decrypt`, foreign]);

    // What was stored by a former key is read by it still, and both are given back.
    const next = await makeKey();
    await encryptWith(next);
    await setMine(readingBy(ROLE));
    expect([await grantees(key), await grantees(next)]).toEqual([
      [`${ROLE} Decrypt`, foreign],
      [`${ROLE} Decrypt`],
    ]);
    await setMine(undefined);
    expect([await grantees(key), await grantees(next)]).toEqual([[foreign], []]);
    await encryptWith(key);
  });

  test('the policies of its roles name the key, of the repository alone and of all', async () => {
    const keysFor = async (role: Role, options: { readonly repository?: string } = {}) => {
      const { Statement } = await policyFor(role, options);
      const { Action, Resource } = Statement.find(({ Sid }) => Sid === 'UseKeys') ?? {};
      return [Action, Resource];
    };
    expect(await keysFor('publisher', inMine)).toEqual([['kms:Decrypt', 'kms:GenerateDataKey'], [key]]);
    expect(await keysFor('reader')).toEqual([['kms:Decrypt'], [key]]);
    expect(await keysFor('reader', { repository: 'default' })).toEqual([undefined, undefined]);
    await setMine(readingBy(OTHER));
    const next = await makeKey();
    await encryptWith(next);
    // What is known to have been stored by the former key is read by it still.
    expect(await keysFor('deployer', inMine)).toEqual([['kms:Decrypt'], [key, next].sort()]);
    await setMine(undefined);
    // AWS's own key, which serves the account without a word.
    await encryptWith('alias/aws/s3');
    expect(await keysFor('deployer', inMine)).toEqual([undefined, undefined]);
    await encryptWith(key);
  });

  test("what no grant can say is told as statements for the key's policy", async () => {
    const Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } };
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 'holdfast:GetContent',
      Resource: '*',
      Condition,
    };
    const { access } = await planFor({ Version: '2012-10-17', Statement: [statement] });
    expect(access?.grants).toEqual([]);
    expect(access?.keyPolicy).toMatchObject({
      key,
      statements: [{ Action: ['kms:Decrypt'], Principal: '*' }],
    });
  });

  test('a key that gives no grants is named, and repeating goes on', async () => {
    await kms.send(new DisableKeyCommand({ KeyId: key }));
    const plan = await planFor(readingBy(OTHER));
    await expect(store.applyPolicy(plan)).rejects.toMatchObject({
      code: 'conflict',
      message: `the KMS key ${key} is disabled, or about to be deleted`,
    });
    await kms.send(new EnableKeyCommand({ KeyId: key }));
    await setMine(readingBy(OTHER));
    expect(await grantees(key)).toContain(`arn:aws:iam::${OTHER}:root Decrypt`);
    await setMine(undefined);
  });
});
