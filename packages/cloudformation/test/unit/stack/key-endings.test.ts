import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore, type ArtifactStore } from '@holdfast/core';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLocations, packageTemplate } from '../../../src/index.js';

let folder: string;
let store: ArtifactStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-endings-'));
  store = await openStore(`file:${join(folder, 'store')}`, {
    bucket: 'artifacts',
    identity: { region: 'eu-west-1', account: '123456789012' },
  });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function packaged(text: string): Promise<string> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, text);
  return (await packageTemplate({ store, file, stackName: 'shop' })).text;
}

const task = (value: string): string => `Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - EnvironmentFiles:
            - Type: s3
              Value: ${value}
`;

test('an environment file lies where its key ends in .env, whatever it is called', async () => {
  writeFileSync(join(folder, 'settings.properties'), 'STAGE=prod\n');
  const text = await packaged(task('./settings.properties'));
  expect(text).toMatch(
    /'?arn:\$\{AWS::Partition\}:s3:::\$\{Bucket\}\/default\/sha256\/..\/[0-9a-f]{64}\.env/,
  );
  const key = /default\/sha256\/[^,'"\]]*\.env/.exec(text)![0];
  expect(readFileSync(join(folder, 'store', 'content', key), 'utf8')).toBe('STAGE=prod\n');
  // Found by its location, also without a stamp.
  const digest = `sha256:${createHash('sha256').update('STAGE=prod\n').digest('hex')}`;
  const found = findLocations(text);
  expect(found).toContainEqual({
    slot: 'Task.ContainerDefinitions.0.EnvironmentFiles.0.Value',
    digest,
    repository: 'default',
  });
});

test('a version that was published long ago gets the ending too', async () => {
  const { version } = await store.publish({
    id: 'shared/env',
    source: { kind: 'bytes', bytes: Buffer.from('A=1') },
  });
  expect(await packaged(task(version.arn))).toMatch(/[0-9a-f]{64}\.env/);
});

test('one content is used with two endings and without, in one template', async () => {
  writeFileSync(join(folder, 'rules.zip'), 'PK\x03\x04 rules');
  const text = await packaged(`Resources:
  Hook:
    Type: AWS::CloudFormation::GuardHook
    Properties:
      RuleLocation: {Uri: ./rules.zip}
  Job:
    Type: AWS::Glue::Job
    Properties:
      Command: {ScriptLocation: ./rules.zip}
      DefaultArguments:
        --extra-py-files: !Artifact {Path: ./rules.zip, Ending: .whl}
        --key: !Artifact {Path: ./rules.zip, As: key, Ending: .whl}
`);
  const keys = [...text.matchAll(/sha256\/..\/([0-9a-f]{64})([.a-z]*)/g)];
  expect(new Set(keys.map(([, hex]) => hex)).size).toBe(1);
  expect(keys.map(([, , ending]) => ending)).toEqual(['.zip', '', '.whl', '.whl']);
});

test.each([
  ['rules.guard', 'let a = 1', '.guard'],
  ['rules.tar.gz', 'gz', '.tar.gz'],
  ['rules', 'let a = 1', '.guard'],
])('of several endings %s gets the one that fits', async (name, content, ending) => {
  writeFileSync(join(folder, name), content);
  const text = await packaged(
    `Resources:\n  Hook: {Type: AWS::CloudFormation::GuardHook, Properties: {RuleLocation: {Uri: ./${name}}}}\n`,
  );
  expect(/[0-9a-f]{64}([.a-z]+)/.exec(text)?.[1]).toBe(ending);
});

test('of several endings an ARN gets the one of its media type', async () => {
  const zip = await store.publish({
    id: 'shared/rules',
    source: { kind: 'bytes', bytes: Buffer.from('PK') },
    mediaType: 'application/zip',
  });
  const text = await packaged(
    `Resources:\n  Hook: {Type: AWS::CloudFormation::GuardHook, Properties: {RuleLocation: {Uri: "${zip.version.arn}"}}}\n`,
  );
  expect(/[0-9a-f]{64}([.a-z]+)/.exec(text)?.[1]).toBe('.zip');
});
