import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsVariables } from '../../src/deploy/aws-variables.js';
import { readCdkArguments } from '../../src/deploy/cdk-arguments.js';
import { findApp } from '../../src/deploy/find-app.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-variables-'));
  mkdirSync(join(folder, 'home'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const places = () => ({ cwd: folder, home: join(folder, 'home'), env: {} });
const write = (name: string, value: object) =>
  writeFileSync(join(folder, name), JSON.stringify({ context: {}, ...value }));

test.each([
  [['--profile', 'prod'], { AWS_PROFILE: 'prod' }],
  [['--profile=prod', '--region', 'eu-west-1', 'Shop'], { AWS_PROFILE: 'prod', AWS_REGION: 'eu-west-1' }],
  [['Shop'], {}],
])('credentials are looked for where cdk %j looks for them', (args, variables) => {
  expect(awsVariables({ args: readCdkArguments(args), ...places() })).toEqual(variables);
});

test("an option wins over the environment, that over the project's cdk.json, that over the user's", () => {
  write('home/.cdk.json', { profile: 'user', region: 'us-east-1' });
  expect(awsVariables(places())).toEqual({ AWS_PROFILE: 'user', AWS_REGION: 'us-east-1' });
  write('cdk.json', { profile: 'project', app: 'node app.js' });
  expect(awsVariables(places())).toEqual({ AWS_PROFILE: 'project', AWS_REGION: 'us-east-1' });
  const env = { CDK_PROFILE: 'environment' };
  expect(awsVariables({ ...places(), env })['AWS_PROFILE']).toBe('environment');
  expect(awsVariables({ ...places(), env, args: { profile: 'option' } })['AWS_PROFILE']).toBe('option');
});

test('the app: an option, CDK_APP, cdk.json; a folder is an assembly', () => {
  expect(() => findApp(places())).toThrow('there is no app');
  write('cdk.json', { app: 'node app.js' });
  expect(findApp(places())).toEqual({ kind: 'command', command: 'node app.js' });
  expect(findApp({ ...places(), env: { CDK_APP: 'home' } })).toEqual({
    kind: 'folder',
    folder: join(folder, 'home'),
  });
  expect(findApp({ ...places(), given: 'python3 app.py' })).toMatchObject({ command: 'python3 app.py' });
  writeFileSync(join(folder, 'cdk.json'), '{');
  expect(() => findApp(places())).toThrow('is no valid JSON');
});
