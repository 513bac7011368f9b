import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { ContentBucket } from '../../src/engines/aws/content/bucket.js';
import { openS3 } from '../../src/engines/aws/content/client.js';
import { S3Content } from '../../src/engines/aws/content/s3-content.js';
import {
  rolePolicy,
  ROLES,
  type PolicyDocument,
  type Role,
} from '../../src/engines/aws/policies/role-policy.js';
import { TABLE_SCHEMA } from '../../src/engines/aws/table.js';
import type { ContentCopy } from '../../src/ports/index.js';
import { pythonOfTests, startEmulator, type Emulator } from '../emulators/emulator.js';
import { clientConfig, makeBucket, openTestS3 } from '../emulators/test-bucket.js';

type Keys = Record<Role, { accessKeyId: string; secretAccessKey: string }>;

let emulator: Emulator;
let bucket: ContentBucket;
let keys: Keys;

/**
 * What moto can judge: it knows actions, and of resources only buckets and objects; every condition counts as not met. The right
 * to put a hold on, which is nothing but a condition, is left out: moto lets an upload with a hold pass without it.
 */
function asMotoJudges({ Version, Statement }: PolicyDocument): object {
  const judged = Statement.filter(({ Sid }) => Sid !== 'HoldContents');
  return {
    Version,
    Statement: judged.map(({ Condition: _, ...statement }) => ({
      ...statement,
      Resource: statement.Resource.map((resource) => (resource.startsWith('arn:aws:s3:') ? resource : '*')),
    })),
  };
}

const USERS = `
import boto3, json, sys
endpoint, policies = sys.argv[1], json.loads(sys.argv[2])
iam = boto3.client('iam', endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='admin', aws_secret_access_key='admin')
keys = {}
for role, policy in policies.items():
    iam.create_user(UserName=role)
    iam.put_user_policy(UserName=role, PolicyName='holdfast', PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=role)['AccessKey']
    keys[role] = {'accessKeyId': key['AccessKeyId'], 'secretAccessKey': key['SecretAccessKey']}
print(json.dumps(keys))
`;

const copyOf = (text: string, repository = 'payments'): ContentCopy => ({
  repository,
  digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  generation: 1,
});
const sourceOf = (text: string) => ({ open: () => Readable.from([Buffer.from(text)]) });

beforeAll(async () => {
  emulator = await startEmulator('moto');
  bucket = await makeBucket(emulator);
  const { region, account } = emulator;
  const dynamo = new DynamoDBClient(clientConfig(emulator));
  const { AttributeDefinitions, KeySchema, BillingMode } = TABLE_SCHEMA;
  await dynamo.send(
    new CreateTableCommand({
      TableName: 'holdfast',
      BillingMode,
      AttributeDefinitions: [...AttributeDefinitions],
      KeySchema: [...KeySchema],
    }),
  );
  dynamo.destroy();
  const scope = {
    partition: 'aws',
    account,
    region,
    table: 'holdfast',
    places: [{ bucket: bucket.name, prefix: '' }],
    repository: 'payments',
  };
  const policies = Object.fromEntries(ROLES.map((role) => [role, asMotoJudges(rolePolicy(role, scope))]));
  const admin = await openTestS3(emulator);
  for (const role of ROLES) {
    for (const repository of ['payments', 'other']) {
      await new S3Content(admin, bucket).put(copyOf(role, repository), sourceOf(role));
    }
  }
  admin.close();
  const args = ['-c', USERS, emulator.endpoint, JSON.stringify(policies)];
  const { stdout } = await promisify(execFile)(pythonOfTests(), args);
  keys = JSON.parse(stdout) as Keys;
  // From here on moto asks IAM about every call.
  await fetch(`${emulator.endpoint}/moto-api/reset-auth`, { method: 'POST', body: '0' });
});
afterAll(() => emulator.stop());

/** Whether the role was allowed; any failure but a refusal is thrown. */
async function allowed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const { code, $response } = error as { code?: string; $response?: { statusCode?: number } };
    // moto refuses calls of DynamoDB with a document that its client cannot read.
    if (code === 'access-denied' || $response?.statusCode === 403) return false;
    throw error;
  }
}

describe.each<[Role, { stores: boolean; removes: boolean; writesItems: boolean }]>([
  ['reader', { stores: false, removes: false, writesItems: false }],
  ['publisher', { stores: true, removes: false, writesItems: true }],
  ['deployer', { stores: false, removes: false, writesItems: true }],
  ['gc', { stores: false, removes: true, writesItems: true }],
  ['admin', { stores: false, removes: false, writesItems: true }],
])('%s', (role, may) => {
  async function asRole<T>(work: (content: S3Content) => Promise<T>): Promise<T> {
    const s3 = openS3({ ...clientConfig(emulator), credentials: keys[role] });
    try {
      return await work(new S3Content(s3, bucket));
    } finally {
      s3.close();
    }
  }

  test('reads and lists contents of its repository, and of no other', async () => {
    await asRole(async (content) => {
      expect(await content.has(copyOf('reader'))).toBe('reader'.length);
      expect(await content.has(copyOf('never stored'))).toBeUndefined();
      expect(await allowed(content.open(copyOf('reader')))).toBe(true);
      expect(await allowed(content.open(copyOf('reader', 'other')))).toBe(false);
    });
  });

  test(`${may.stores ? 'stores' : 'stores no'} contents, and none in another repository`, async () => {
    await asRole(async (content) => {
      const text = `stored by ${role}`;
      expect(await allowed(content.put(copyOf(text), sourceOf(text)))).toBe(may.stores);
      expect(await allowed(content.put(copyOf(text, 'other'), sourceOf(text)))).toBe(false);
    });
  });

  test(`${may.removes ? 'lifts holds and removes' : 'lifts no hold and removes no'} contents`, async () => {
    await asRole(async (content) => {
      expect(await allowed(content.delete(copyOf(role)))).toBe(may.removes);
      expect(await allowed(content.delete(copyOf(role, 'other')))).toBe(false);
      expect(await content.has(copyOf(role))).toBe(may.removes ? undefined : role.length);
    });
  });

  test(`reads the catalog, and ${may.writesItems ? 'writes' : 'does not write'} to it`, async () => {
    const dynamo = new DynamoDBClient({ ...clientConfig(emulator), credentials: keys[role] });
    const item = { TableName: 'holdfast', Key: { pk: { S: 'payments#x' }, sk: { S: 'x' } } };
    expect(await allowed(dynamo.send(new GetItemCommand(item)))).toBe(true);
    expect(await allowed(dynamo.send(new DeleteItemCommand(item)))).toBe(may.writesItems);
    dynamo.destroy();
  });
});
