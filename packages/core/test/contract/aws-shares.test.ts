import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AwsShares } from '../../src/engines/aws/share/shares.js';
import { pythonOfTests } from '../emulators/emulator.js';
import { ShareServices } from './support/share-services.js';

const ORGANISATION = 'arn:aws:organizations::111111111111:organization/o-abcdefghij';
const INSTANCE = 'arn:aws:s3:eu-west-1:111111111111:access-grants/default';
const ROLE = 'arn:aws:iam::111111111111:role/holdfast-access-grants';
const GRANTEE = 'arn:aws:iam::222222222222:role/deployer';
const request = {
  repository: 'payments',
  principals: ['222222222222', ORGANISATION],
  grantees: [GRANTEE],
  role: ROLE,
};
const SCOPE = 's3://holdfast-bucket-1x/content/payments/';

let services: ShareServices;
let shares: AwsShares;

beforeEach(() => {
  services = new ShareServices();
  const made = new Set<string>();
  shares = new AwsShares({
    identity: { partition: 'aws', region: 'eu-west-1', account: '111111111111' },
    bucket: 'holdfast-bucket-1x',
    placeOf: (repository) => Promise.resolve(repository === 'nowhere' ? undefined : 'home'),
    made: {
      has: (repository) => Promise.resolve(made.has(repository)),
      add: (repository) => Promise.resolve(void made.add(repository)),
      remove: (repository) => Promise.resolve(void made.delete(repository)),
    },
    open: () => Promise.resolve(services.clients()),
  });
});

/** After each test: whatever it sent is what the services' models say. */
afterEach(() => {
  const script = join(__dirname, 'support', 'check-requests.py');
  const problems = execFileSync(pythonOfTests(), [script], {
    input: JSON.stringify(services.sent),
    encoding: 'utf8',
  });
  if (problems !== '') throw new Error(problems);
});

const writes = (): string[] =>
  services.sent
    .filter(({ method, path }) => method !== 'GET' && !path.startsWith('/get'))
    .map(({ method, path }) => `${method} ${path}`);

test('the first time everything is made; the second time nothing is', async () => {
  const first = await shares.create(request);
  expect(first.map(({ outcome }) => outcome)).toEqual(first.map(() => 'created'));
  expect(services.locations).toEqual([{ id: 'location-0', scope: SCOPE, role: ROLE }]);
  expect(services.grants).toEqual([{ id: 'grant-0', grantee: GRANTEE, scope: `${SCOPE}*` }]);
  expect(services.shares).toEqual([
    { name: 'holdfast-payments', principals: request.principals, resources: [INSTANCE] },
  ]);

  const before = writes().length;
  const second = await shares.create(request);
  expect(second.map(({ outcome }) => outcome)).toEqual(second.map(() => 'there'));
  expect(writes()).toHaveLength(before);
});

test('what broke off in between is completed', async () => {
  services.instance = true;
  services.shares.push({ name: 'holdfast-payments', principals: ['222222222222'], resources: [INSTANCE] });
  await shares.create(request);
  expect(services.shares).toEqual([
    { name: 'holdfast-payments', principals: request.principals, resources: [INSTANCE] },
  ]);
  expect(services.grants).toHaveLength(1);
});

test('another role for the same place is a conflict, and nobody is let in', async () => {
  services.instance = true;
  services.locations.push({ id: 'location-0', scope: SCOPE, role: 'arn:aws:iam::111111111111:role/other' });
  await expect(shares.create(request)).rejects.toMatchObject({ code: 'conflict' });
  expect(writes()).toEqual([]);
});

test('deleting takes share, grants and location, and leaves the instance and other repositories', async () => {
  await shares.create(request);
  await shares.create({ ...request, repository: 'web' });
  await shares.delete('payments');
  expect(services.instance).toBe(true);
  expect(services.locations.map(({ scope }) => scope)).toEqual(['s3://holdfast-bucket-1x/content/web/']);
  expect(services.grants.map(({ scope }) => scope)).toEqual(['s3://holdfast-bucket-1x/content/web/*']);
  expect(services.shares.map(({ name }) => name)).toEqual(['holdfast-web']);
  // Whoever never shared by these services is not asked for rights to them.
  const asked = services.sent.length;
  expect(await shares.delete('payments')).toEqual([]);
  expect(services.sent).toHaveLength(asked);
});

test('only the invitations of the named account are accepted, and only those of Holdfast', async () => {
  const invitation = (id: string, name: string, from: string, status = 'PENDING') => ({
    arn: `arn:aws:ram:eu-west-1:${from}:resource-share-invitation/${id}`,
    name,
    from,
    status,
  });
  services.invitations = [
    invitation('1', 'holdfast-payments', '111111111111'),
    invitation('2', 'holdfast-payments', '999999999999'),
    invitation('3', 'network', '111111111111'),
    invitation('4', 'holdfast-web', '111111111111', 'REJECTED'),
  ];
  expect(await shares.accept('111111111111')).toHaveLength(1);
  expect(services.invitations.map(({ status }) => status)).toEqual([
    'ACCEPTED',
    'PENDING',
    'PENDING',
    'REJECTED',
  ]);
});

test('shares are listed with whom they are for', async () => {
  await shares.create(request);
  services.shares.push({ name: 'network', principals: [], resources: [] });
  expect(await shares.list()).toEqual([
    expect.objectContaining({
      name: 'holdfast-payments',
      owner: '111111111111',
      principals: request.principals,
    }),
  ]);
});

describe('what is refused before anything is asked', () => {
  test.each<[string, object, string]>([
    [
      'a principal that is nobody',
      { principals: ['everyone'] },
      'nobody that a repository can be shared with',
    ],
    ['an account as a grantee', { grantees: ['222222222222'] }, 'Access Grants takes roles and users'],
    ['a role that is none', { role: 'admin' }, 'is not the ARN of a role'],
    ['a repository that does not exist', { repository: 'nowhere' }, 'does not exist'],
  ])('%s', async (_, change, message) => {
    await expect(shares.create({ ...request, ...change })).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(services.sent).toEqual([]);
  });
});
