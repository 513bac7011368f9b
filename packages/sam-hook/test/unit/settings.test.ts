import { expect, test } from '@jest/globals';
import { tmpdir } from 'node:os';
import { decideSamSettings } from '../../src/settings.js';
import { splitCommandLine } from '../../src/own-options.js';
import { awsEnvironment } from '../../src/aws-environment.js';
import { regionsToPackage } from '../../src/regional.js';

const machine = (env: Readonly<Record<string, string>> = {}) =>
  ({ env, cwd: tmpdir(), home: tmpdir(), platform: 'linux' }) as Parameters<typeof decideSamSettings>[1];

const decide = (
  own: Parameters<typeof decideSamSettings>[0],
  holdfast: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
) => decideSamSettings(own, machine(env), { holdfast, file: '/app/samconfig.toml' });

test('an option before the environment before samconfig before the default', () => {
  const table = { repository: 'of-table', id_prefix: 'table', storage_mode: 'copy' };
  expect(decide({}, {}).store).toBe('aws:');
  expect(decide({}, table)).toMatchObject({ repository: 'of-table', idPrefix: 'table', storageMode: 'copy' });
  const env = { HOLDFAST_ID_PREFIX: 'env', HOLDFAST_STORAGE_MODE: 'reference', HOLDFAST_REPOSITORY: '' };
  expect(decide({}, table, env)).toMatchObject({
    ...{ repository: 'of-table', idPrefix: 'env', storageMode: 'reference' },
  });
  expect(decide({ idPrefix: 'option' }, table, env)).toMatchObject({ idPrefix: 'option' });
});

test('regions are text or a list; a relative store of samconfig lies beside it', () => {
  expect(decide({}, { regions: ['eu-west-1', 'us-east-1'] }).regions).toEqual(['eu-west-1', 'us-east-1']);
  expect(decide({ regions: 'eu-west-1,us-east-1' }, {}).regions).toEqual(['eu-west-1', 'us-east-1']);
  expect(decide({}, { store: 'file:store' }).store).toBe('file:/app/store');
});

test.each([
  [{ storage_mode: 'link' }, '"link"'],
  [{ prefix: 'x' }, '"prefix"'],
  [{ regions: 3 }, 'regions'],
])('%j is refused by name', (table, words) => {
  expect(() => decide({}, table)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  expect(() => decide({}, table)).toThrow(words);
});

test('what stands before the command is for Holdfast, and everything behind it for sam', () => {
  expect(splitCommandLine(['--store=aws:', '--debug', 'deploy', '--debug', '-t', 'x'])).toEqual({
    own: { store: 'aws:', debug: true },
    command: 'deploy',
    rest: ['--debug', '-t', 'x'],
  });
  expect(() => splitCommandLine(['--stack-name', 'x', 'deploy'])).toThrow(/--stack-name/);
  expect(() => splitCommandLine(['--store'])).toThrow(/--store/);
});

test('sam and Holdfast ask in one region, whoever of both was told', () => {
  const of = (region: string | undefined, env: Readonly<Record<string, string>>) =>
    awsEnvironment({ region, profile: undefined }, env)['AWS_REGION'];
  expect(of('eu-west-1', { AWS_REGION: 'us-east-1' })).toBe('eu-west-1');
  // sam knows this one alone.
  expect(of(undefined, { AWS_DEFAULT_REGION: 'eu-west-1', AWS_REGION: 'us-east-1' })).toBe('eu-west-1');
  expect(of(undefined, { AWS_DEFAULT_REGION: '', AWS_REGION: 'us-east-1' })).toBe('us-east-1');
  expect(of(undefined, {})).toBeUndefined();
});

test('the regions to package for', () => {
  expect(regionsToPackage(undefined, 'eu-west-1', 'eu-west-1')).toBeUndefined();
  expect(regionsToPackage(undefined, undefined, 'eu-west-1')).toBeUndefined();
  expect(regionsToPackage(undefined, 'us-east-1', 'eu-west-1')).toEqual(['us-east-1']);
  expect(regionsToPackage(['eu-west-1', 'us-east-1'], 'us-east-1', 'eu-west-1')).toHaveLength(2);
  expect(() => regionsToPackage(['eu-west-1'], 'us-east-1', 'eu-west-1')).toThrow(/"us-east-1"/);
});
