import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { compilePolicy, readPolicy } from '../../../src/policy/index.js';
import { ArtifactStore } from '../../../src/store/artifact-store.js';
import { target } from './scene.js';
import { simulate } from './simulate.js';

const identity = { partition: 'aws', region: 'eu-west-1', account: '111111111111' };
const OTHER = 'arn:aws:iam::222222222222:role/deployer';
const arn = (resource: string): string => `arn:aws:holdfast:eu-west-1:111111111111:${resource}`;
const READING = ['holdfast:Get*', 'holdfast:ListArtifacts', 'holdfast:LocateContent'];

let folder: string;
let owner: ArtifactStore;

const openAs = (caller: string): Promise<ArtifactStore> =>
  ArtifactStore.open(`file:${folder}`, {
    identity,
    bucket: 'my-bucket',
    caller: { arn: caller },
    cache: false,
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-guard-'));
  owner = await ArtifactStore.open(`file:${folder}`, { identity, bucket: 'my-bucket', cache: false });
  for (const id of ['api', 'secret'])
    await owner.publish({ id, source: { kind: 'bytes', bytes: Buffer.from(id) } });
});
afterEach(async () => {
  await owner.close();
  rmSync(folder, { recursive: true, force: true });
});

async function set(...statements: readonly object[]): Promise<void> {
  await owner.applyPolicy(await owner.planPolicy({ Version: '2012-10-17', Statement: statements }));
}
const allowing = (Action: readonly string[], Resource: string): object => ({
  Effect: 'Allow',
  Principal: { AWS: '222222222222' },
  Action,
  Resource,
});
const denied = { code: 'access-denied' };

test('another account can do nothing until a policy lets it, and then only that', async () => {
  const other = await openAs(OTHER);
  await expect(other.resolve('api:1')).rejects.toMatchObject(denied);
  await set(allowing(READING, '*'));
  const { version } = await other.resolve('api:1');
  const { stream } = await other.open('api:1');
  expect(await buffer(stream)).toEqual(Buffer.from('api'));
  expect(await other.locate(version)).toMatchObject({ bucket: 'my-bucket' });
  await expect(
    other.publish({ id: 'api', source: { kind: 'bytes', bytes: Buffer.from('new') } }),
  ).rejects.toMatchObject(denied);
  await expect(other.setBookmark('api:1', 'prod')).rejects.toMatchObject(denied);
  await expect(other.delete('api:1')).rejects.toMatchObject(denied);
  await expect(other.gc()).rejects.toMatchObject(denied);
  await expect(other.planPolicy(undefined).then((plan) => other.applyPolicy(plan))).rejects.toMatchObject(
    denied,
  );
  await other.close();
});

test('what no statement allows stays closed, and a Deny of one content wins', async () => {
  await set(allowing(['holdfast:GetArtifact', 'holdfast:LocateContent'], '*'));
  const other = await openAs(OTHER);
  const { version: secret } = await other.resolve('secret:1');
  await expect(other.open('api:1')).rejects.toMatchObject(denied);
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'holdfast:GetContent',
    Resource: arn(`content/default/${secret.digest}`),
  };
  await set(allowing(READING, '*'), deny);
  expect(await buffer((await other.open('api:1')).stream)).toEqual(Buffer.from('api'));
  await expect(other.open('secret:1')).rejects.toMatchObject({
    message: expect.stringContaining('its policy denies it'),
  });
  await other.close();
});

test('who may write writes references of stacks of the own account, which protect as any', async () => {
  await set(allowing(['holdfast:*'], '*'));
  const other = await openAs(OTHER);
  const stack = (account: string): string => `arn:aws:cloudformation:eu-west-1:${account}:stack/shop/1a2b`;
  const version = { repository: 'default', id: 'api', number: 1 };
  await other.pin({
    consumer: stack('222222222222'),
    deployment: 'd',
    pins: [{ version, slot: 'F.Code' }],
  });
  const foreign = { consumer: stack('333333333333'), deployment: 'd', pins: [{ version, slot: 'F.Code' }] };
  await expect(other.pin(foreign)).rejects.toMatchObject(denied);
  await expect(other.consumer(stack('333333333333'))).rejects.toMatchObject({
    message: expect.stringContaining('of another account'),
  });
  await expect(owner.delete('api:1')).rejects.toMatchObject({ code: 'in-use' });
  expect((await owner.usage('api:1')).references.map(({ consumer }) => consumer)).toEqual([
    stack('222222222222'),
  ]);
  await other.close();
});

test.each([
  ['nobody is let in', [], false],
  ['reading', [allowing(READING, '*')], false],
  ['writing', [allowing(['holdfast:*'], '*')], true],
  [
    'writing, which is denied again',
    [
      allowing(['holdfast:*'], '*'),
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['PublishVersion', 'UseVersion', 'MoveBookmark', 'DeleteVersion'].map(
          (it) => `holdfast:${it}`,
        ),
        Resource: '*',
      },
    ],
    true,
  ],
])('who may list consumers, by file: and by AWS: %s', async (_name, statements, allowed) => {
  const policy = { Version: '2012-10-17', Statement: statements };
  const repository = 'default';
  await owner.applyPolicy(await owner.planPolicy(statements.length === 0 ? undefined : policy));
  const other = await openAs(OTHER);
  const byFile = await other
    .listConsumers()
    .next()
    .then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject(denied);
        return false;
      },
    );
  await other.close();
  const inDefault = { ...target, repository };
  const { table } =
    statements.length === 0 ? { table: [] } : compilePolicy(readPolicy(policy, inDefault), inDefault);
  const byAws = await simulate(
    {
      service: 'dynamodb',
      action: 'dynamodb:Query',
      resource: 'arn:aws:dynamodb:eu-west-1:111111111111:table/holdfast',
      context: { 'dynamodb:LeadingKeys': ['~consumers'] },
    },
    table,
    { arn: OTHER },
    {},
  );
  expect({ byFile, byAws }).toEqual({ byFile: allowed, byAws: allowed });
});
