import { afterAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readArguments } from '../../src/arguments.js';
import { decideParameters, effectiveFlag, requireStackName } from '../../src/parameters.js';
import { readSamConfig } from '../../src/samconfig.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-samconfig-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;

function project(files: Readonly<Record<string, string>>): string {
  const root = join(folder, String((made += 1)));
  mkdirSync(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const read = (root: string, environment?: string, given?: string) =>
  readSamConfig({ folder: root, given, environment });

test.each([
  ['samconfig.toml', '[default.deploy.parameters]\nstack_name = "a"\n'],
  ['samconfig.yaml', 'default: { deploy: { parameters: { stack_name: a } } }\n'],
  ['samconfig.yml', 'default: { deploy: { parameters: { stack_name: a } } }\n'],
  ['samconfig.json', '{"default": {"deploy": {"parameters": {"stack_name": "a"}}}}'],
])('%s', (name, text) => {
  const root = project({ [name]: text });
  expect(read(root)).toEqual({ file: join(root, name), deploy: { stack_name: 'a' }, holdfast: {} });
});

test('toml before yaml before json; deploy before global; the environment that is asked for alone', () => {
  const root = project({
    'samconfig.json': '{"default": {"deploy": {"parameters": {"region": "wrong"}}}}',
    'samconfig.toml': [
      '[default.global.parameters]',
      'stack_name = "global"',
      'region = "eu-west-1"',
      '[default.deploy.parameters]',
      'stack_name = "deploy"',
      '[default.holdfast.parameters]',
      'id_prefix = "team"',
      '[prod.deploy.parameters]',
      'stack_name = "prod"',
    ].join('\n'),
  });
  expect(read(root)).toMatchObject({
    deploy: { stack_name: 'deploy', region: 'eu-west-1' },
    holdfast: { id_prefix: 'team' },
  });
  expect(read(root, 'prod')).toMatchObject({ deploy: { stack_name: 'prod' }, holdfast: {} });
  expect(read(root, 'absent').deploy).toEqual({});
});

test('no file is no error, and one that is named and absent is; what cannot be read names the file', () => {
  const root = project({ 'broken.toml': 'a = ', 'broken.json': '{' });
  expect(read(root).file).toBeUndefined();
  expect(() => read(root, undefined, 'absent.toml')).toThrow(/absent\.toml/);
  expect(() => read(root, undefined, 'broken.toml')).toThrow(/broken\.toml/);
  expect(() => read(root, undefined, 'broken.json')).toThrow(/broken\.json/);
});

const decide = (root: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  decideParameters(readArguments('deploy', words), { cwd: root, env });

test('the template: -t before the environment before samconfig before what sam looks for', () => {
  const config = { 'samconfig.toml': '[default.deploy.parameters]\ntemplate_file = "configured.yaml"\n' };
  const root = project(config);
  const of = (words: readonly string[], env = {}) => decide(root, words, env).template;
  expect(of(['-t', 'given.yaml'], { SAM_TEMPLATE_FILE: 'env.yaml' })).toBe(join(root, 'given.yaml'));
  expect(of([], { SAM_TEMPLATE_FILE: 'env.yaml' })).toBe(join(root, 'env.yaml'));
  expect(of([], { SAM_TEMPLATE_FILE: '' })).toBe(join(root, 'configured.yaml'));

  const built = project({ '.aws-sam/build/template.yaml': '', 'template.yaml': '' });
  expect(decide(built, []).template).toBe(join(built, '.aws-sam/build/template.yaml'));
  const json = project({ 'template.json': '' });
  expect(decide(json, []).template).toBe(join(json, 'template.json'));
});

test('with -t, samconfig lies beside that template', () => {
  const root = project({
    'samconfig.toml': '[default.deploy.parameters]\nstack_name = "here"\n',
    'other/samconfig.toml': '[default.deploy.parameters]\nstack_name = "there"\n',
  });
  expect(decide(root, []).stackName).toBe('here');
  const there = decide(root, ['-t', 'other/template.yaml']);
  expect(there).toMatchObject({ stackName: 'there', templateGiven: true });
  expect(decide(root, ['-t', 'other/template.yaml', '--stack-name', 'said']).stackName).toBe('said');
});

test('an argument wins over samconfig, also one that takes a flag back', () => {
  const root = project({ 'samconfig.toml': '[default.deploy.parameters]\nresolve_s3 = true\n' });
  const flag = (...words: string[]) => {
    const given = readArguments('deploy', words);
    return effectiveFlag(given, decide(root, words), [['--resolve-s3'], '--no-resolve-s3', 'resolve_s3']);
  };
  expect(flag()).toBe(true);
  expect(flag('--no-resolve-s3')).toBe(false);
});

test('a stack without a name is refused', () => {
  expect(() => requireStackName({ stackName: '' })).toThrow(/--stack-name|no stack/);
});
