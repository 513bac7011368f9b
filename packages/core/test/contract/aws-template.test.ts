import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bootstrapTemplate } from '../../src/engines/aws/bootstrap/index.js';
import { TABLE_SCHEMA } from '../../src/engines/aws/table.js';
import { pythonOfTests } from '../emulators/emulator.js';

const run = promisify(execFile);

interface Resource {
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Readonly<Record<string, unknown>>;
}

let folder: string;
let file: string;
let resources: Readonly<Record<string, Resource>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-template-'));
  file = join(folder, 'template.yaml');
  writeFileSync(file, bootstrapTemplate());
  const program =
    'import sys, json, cfnlint.decode; print(json.dumps(cfnlint.decode.decode(sys.argv[1])[0]))';
  const { stdout } = await run(pythonOfTests(), ['-c', program, file]);
  resources = (JSON.parse(stdout) as { Resources: Record<string, Resource> }).Resources;
});
afterAll(() => rmSync(folder, { recursive: true }));

test('cfn-lint has nothing to say about it', async () => {
  const { stdout } = await run(pythonOfTests(), [
    join(dirname(pythonOfTests()), 'cfn-lint'),
    '--include-checks',
    'I',
    '--regions',
    'eu-west-1',
    '--template',
    file,
  ]);
  expect(stdout).toBe('');
});

test('it fits into one request', () => {
  expect(Buffer.byteLength(bootstrapTemplate())).toBeLessThanOrEqual(51_200);
});

test('contents and catalog stay when the stack goes, and nothing else does', () => {
  const kept = Object.entries(resources).filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined);
  expect(kept.map(([name]) => name)).toEqual(['Bucket', 'Table']);
  for (const [, resource] of kept) {
    expect(resource).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  }
  expect(resources['Table']?.Properties).toMatchObject({
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
});

test('the bucket has Object Lock without a default retention, and a name that nobody can guess', () => {
  const properties = resources['Bucket']!.Properties;
  expect(properties).toMatchObject({
    ObjectLockEnabled: true,
    VersioningConfiguration: { Status: 'Enabled' },
  });
  expect(properties).not.toHaveProperty('ObjectLockConfiguration');
  expect(properties).not.toHaveProperty('BucketName');
});

test('the table is the one that the catalog relies on', () => {
  expect(resources['Table']!.Properties).toMatchObject(TABLE_SCHEMA);
});

test('no lifecycle rule ever expires an object', () => {
  const { Rules } = resources['Bucket']!.Properties['LifecycleConfiguration'] as { Rules: object[] };
  expect(Rules.map((rule) => Object.keys(rule).sort())).toEqual([
    ['AbortIncompleteMultipartUpload', 'Id', 'Status'],
  ]);
});
