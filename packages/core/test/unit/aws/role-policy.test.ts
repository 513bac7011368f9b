import { runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, test } from '@jest/globals';
import { rolePolicy, ROLES, type Role } from '../../../src/engines/aws/policies/role-policy.js';
import { evidencePolicy } from '../../../src/engines/aws/policies/evidence-policy.js';
import { replicaPlaces } from '../../../src/engines/aws/replicas/places.js';

const scope = {
  partition: 'aws',
  account: '123456789012',
  region: 'eu-west-1',
  table: 'holdfast',
  places: [{ bucket: 'holdfast-bucket-1x2y3z', prefix: '' }],
};
const statements = (role: Role, repository?: string) =>
  rolePolicy(role, repository === undefined ? scope : { ...scope, repository }).Statement;
const actions = (role: Role) => statements(role).flatMap(({ Action }) => Action);

test('only gc may delete objects', () => {
  const deleting = ROLES.filter((role) =>
    actions(role).some((action) => action.startsWith('s3:DeleteObject')),
  );
  expect(deleting).toEqual(['gc']);
});

test('only gc may lift a hold; a publisher may only put one on', () => {
  const lifting = ROLES.filter((role) =>
    statements(role).some(
      ({ Action, Condition }) =>
        Action.includes('s3:PutObjectLegalHold') &&
        Condition?.['StringEquals']?.['s3:object-lock-legal-hold'] !== 'ON',
    ),
  );
  expect(lifting).toEqual(['gc']);
  expect(actions('publisher')).toContain('s3:PutObjectLegalHold');
});

test('only a publisher may store contents; gc may note what it removed', () => {
  const storing = (part: string) =>
    ROLES.filter((role) =>
      statements(role).some(
        ({ Action, Resource }) =>
          Action.includes('s3:PutObject') && Resource.some((arn) => arn.includes(part)),
      ),
    );
  expect(storing('/content/')).toEqual(['publisher']);
  expect(storing('/journal/')).toEqual(['publisher', 'gc']);
});

test('nobody may delete from the journal or lift its holds, and only admin reads it', () => {
  const having = (action: string) =>
    ROLES.filter((role) =>
      statements(role).some(
        ({ Action, Resource, Condition }) =>
          Action.includes(action) &&
          Condition === undefined &&
          Resource.some((arn) => arn.includes('/journal/')),
      ),
    );
  expect(having('s3:DeleteObjectVersion')).toEqual([]);
  expect(having('s3:PutObjectLegalHold')).toEqual([]);
  expect(having('s3:GetObject')).toEqual(['admin']);
});

test("a repository in a user's own bucket has its policy there, and nowhere else", () => {
  const own = { ...scope, places: [{ bucket: 'mine', prefix: 'team/' }], repository: 'payments' };
  const s3 = ROLES.flatMap((role) => rolePolicy(role, own).Statement).flatMap(({ Resource }) =>
    Resource.filter((arn) => arn.startsWith('arn:aws:s3:::') && !/:::(holdfast-bucket-)?\*/.test(arn)),
  );
  expect(new Set(s3)).toEqual(
    new Set([
      'arn:aws:s3:::mine',
      'arn:aws:s3:::mine/team/content/payments/*',
      'arn:aws:s3:::mine/team/journal/payments/*',
    ]),
  );
});

describe('where a bucket is encrypted with a key of the user', () => {
  const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/1';
  const encrypted = { ...scope, places: [{ bucket: 'mine', prefix: '' }], keys: [KEY] };

  /** Whether IAM lets the role do it with the key, when a service asks in its name. */
  async function may(
    role: Role,
    action: string,
    { key = KEY, via = 's3.eu-west-1.amazonaws.com' } = {},
  ): Promise<boolean> {
    const answer = await runSimulation(
      {
        request: {
          principal: 'arn:aws:iam::123456789012:user/somebody',
          action,
          resource: { resource: key, accountId: '123456789012' },
          contextVariables: { 'kms:ViaService': via },
        },
        identityPolicies: [{ name: role, policy: rolePolicy(role, encrypted) }],
        // The key's own policy as KMS writes it, which leaves it to IAM.
        resourcePolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::123456789012:root' },
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        },
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    return answer.resultType !== 'error' && answer.overallResult === 'Allowed';
  }

  test.each(ROLES)('%s reads by the key, and only who stores something writes by it', async (role) => {
    expect(await may(role, 'kms:Decrypt')).toBe(true);
    expect(await may(role, 'kms:GenerateDataKey')).toBe(['publisher', 'gc'].includes(role));
    expect(await may(role, 'kms:Encrypt')).toBe(false);
  });

  test('by no other key, and by no other service than S3 of the region', async () => {
    expect(await may('publisher', 'kms:Decrypt', { key: KEY.replace('key/1', 'key/2') })).toBe(false);
    expect(await may('publisher', 'kms:Decrypt', { via: 's3.us-east-1.amazonaws.com' })).toBe(false);
    expect(await may('publisher', 'kms:Decrypt', { via: 'lambda.eu-west-1.amazonaws.com' })).toBe(false);
  });

  test("elsewhere nobody may use keys, and in China the service has AWS's name there", () => {
    for (const role of ROLES) expect(actions(role).filter((it) => /^kms:(Decrypt|Gen)/.test(it))).toEqual([]);
    const china = rolePolicy('reader', { ...encrypted, partition: 'aws-cn', region: 'cn-north-1' }).Statement;
    expect(china.find(({ Sid }) => Sid === 'UseKeys')?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' },
    });
  });
});

test('only admin lets others in, by the policies of bucket, table and event bus', () => {
  const setting = (action: string) => ROLES.filter((role) => actions(role).includes(action));
  for (const action of ['s3:PutBucketPolicy', 'dynamodb:PutResourcePolicy', 'events:PutPermission'])
    expect(setting(action)).toEqual(['admin']);
});

test("in another account's store a role finds it by one item, and none by its stack", () => {
  const shared = rolePolicy('deployer', { ...scope, repository: 'payments', shared: true }).Statement;
  expect(shared.flatMap(({ Action }) => Action).filter((it) => it.startsWith('cloudformation:'))).toEqual([]);
  expect(shared.find(({ Sid }) => Sid === 'FindTheStore')?.Condition).toEqual({
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['~place'] },
  });
  expect(shared.flatMap(({ Action }) => Action).filter((it) => it.startsWith('s3:Put'))).toEqual([]);
});

test('evidence is read, and of this account alone', () => {
  const evidence = evidencePolicy(scope).Statement;
  const verbs = evidence.flatMap(({ Action }) => Action).map((it) => /:(Describe|Get|List)/.exec(it)?.[1]);
  expect(verbs).not.toContain(undefined);
  expect(evidence[0]?.Resource).toEqual(['arn:aws:cloudformation:*:123456789012:stack/*']);
});

test('nobody may go around Object Lock, change policies of others, or do everything', () => {
  for (const role of ROLES) {
    expect(actions(role).filter((action) => /Bypass|Retention|\*/.test(action))).toEqual([]);
    const everywhere = statements(role).filter(({ Resource }) => Resource.includes('*'));
    expect(everywhere.map(({ Sid }) => Sid)).toEqual(
      ['deployer', 'admin'].includes(role) ? ['ListStacksAndFunctions'] : [],
    );
    expect(everywhere.flatMap(({ Action }) => Action).filter((it) => !/:(List|Describe)/.test(it))).toEqual(
      [],
    );
  }
});

describe.each(ROLES)('%s', (role) => {
  test('is confined to one repository, in the bucket and in the table', () => {
    const confined = statements(role, 'payments');
    const objects = confined.flatMap(({ Resource }) => Resource).filter((arn) => arn.includes('/content/'));
    expect(new Set(objects)).toEqual(new Set(['arn:aws:s3:::holdfast-bucket-1x2y3z/content/payments/*']));
    const items = confined.filter(({ Action }) =>
      Action.some((action) => /^dynamodb:.*(Item|Query)/.test(action)),
    );
    const leading = items.map(
      ({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'],
    );
    expect(leading.map((keys) => [...(keys ?? [])].filter((key) => !key.startsWith('~')))).toEqual(
      items.map(() => ['payments#*']),
    );
  });

  test('fits into one managed policy', () => {
    expect(JSON.stringify(rolePolicy(role, scope)).length).toBeLessThanOrEqual(6_144);
  });

  test('names resources in the form of ARNs', () => {
    for (const resource of statements(role).flatMap(({ Resource }) => Resource)) {
      expect(resource).toMatch(
        /^(\*|arn:aws:(s3:::|(dynamodb|cloudformation|events|lambda):eu-west-1:123456789012:|lambda:eu-west-1:\*:layer:|kms:eu-west-1:\*:key\/)\S+)$/,
      );
    }
  });
});

test('only those who run on a schedule may send events: gc and admin, to the bus of the stack', () => {
  expect(ROLES.filter((role) => actions(role).includes('events:PutEvents'))).toEqual(['gc', 'admin']);
  const [sending] = statements('gc').filter(({ Action }) => Action.includes('events:PutEvents'));
  expect(sending!.Resource).toEqual([
    `arn:${scope.partition}:events:${scope.region}:${scope.account}:event-bus/holdfast`,
  ]);
});

test("a role in another region's replicas gets nothing of that region's own store", () => {
  const { prefix, partitions } = replicaPlaces('123456789012', 'eu-west-1');
  const away = { ...scope, region: 'us-east-1', places: [{ bucket: 'b', prefix }], partitions };
  for (const role of ['reader', 'publisher', 'deployer', 'gc'] as const) {
    for (const repository of [undefined, 'payments']) {
      const policy = rolePolicy(role, repository === undefined ? away : { ...away, repository });
      const onItems = policy.Statement.filter(({ Action }) =>
        Action.some((it) => it.startsWith('dynamodb:')),
      );
      const leading = onItems.flatMap(
        ({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['*'],
      );
      expect(leading.filter((key) => !key.startsWith('@123456789012/eu-west-1/'))).toEqual([]);
      const objects = policy.Statement.flatMap(({ Resource }) =>
        Resource.filter((arn) => arn.startsWith('arn:aws:s3:::b/')),
      );
      expect(
        objects.filter((arn) => !arn.startsWith('arn:aws:s3:::b/replicas/123456789012/eu-west-1/')),
      ).toEqual([]);
    }
  }
});
