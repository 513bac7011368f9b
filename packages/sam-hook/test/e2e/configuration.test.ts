import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { HOLDFAST_SAM, resultOf, SAM_PYTHON, SamPlace, smallApp, type Result } from '../support/sam-place.js';

let place: SamPlace;

beforeAll(async () => {
  place = await SamPlace.open();
});
afterAll(() => place.close());

const withParameter = (text: string): string =>
  `${text}Parameters:\n  Stage: { Type: String }\nOutputs:\n  Stage: { Value: !Ref Stage }\n`;

/** What sam says with `--debug` that it was called with. */
function calledWith({ stderr }: Result): string {
  return stderr.split('\n').find((line) => line.includes('parameter_overrides')) ?? '';
}

test('samconfig beside the template of -t: its environment, its bucket left out, its table holdfast', async () => {
  const files = smallApp('configured-api');
  const app = place.app('configured', {
    'stacks/template.yaml': withParameter(files['template.yaml'] ?? ''),
    'stacks/src/index.js': files['src/index.js'] ?? '',
    'stacks/shared/nodejs/shared.js': 'exports.shared = 1;\n',
    'stacks/samconfig.yaml': [
      'version: 0.1',
      'staging:',
      '  global: { parameters: { stack_name: configured-staging } }',
      '  deploy:',
      '    parameters:',
      '      resolve_s3: true',
      '      s3_prefix: old',
      '      capabilities: CAPABILITY_IAM',
      '      parameter_overrides: [Stage=staging]',
      '  holdfast: { parameters: { id_prefix: team/configured } }',
    ].join('\n'),
    'samconfig.toml': 'version = 0.1\n[staging.deploy.parameters]\nstack_name = "wrong"\n',
  });
  const before = place.filesOf(app);
  place.callsOfSam();
  const args = ['deploy', '-t', 'stacks/template.yaml', '--config-env', 'staging', '--debug'];
  const result = await place.holdfastSam(app, args);
  expect(result.stderr).toContain('holdfast: configured-staging is CREATE_COMPLETE');
  expect(result.code).toBe(0);
  expect(calledWith(result)).toContain('staging');
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
  expect(await place.holdfast('show', 'team/configured/Api:1')).toMatchObject({ code: 0 });
  expect(place.filesOf(app)).toEqual(before);
});

test('a template without samconfig beside it is deployed without any, as sam does', async () => {
  const files = smallApp('bare-api');
  const app = place.app('bare', {
    'stacks/template.yaml': files['template.yaml'] ?? '',
    'stacks/src/index.js': '',
    'stacks/shared/a.js': '',
    'samconfig.toml': 'version = 0.1\n[default.deploy.parameters]\nno_execute_changeset = true\n',
  });
  const args = ['--stack-name', 'bare', '--capabilities', 'CAPABILITY_IAM', '-tstacks/template.yaml'];
  expect(await place.holdfastSam(app, ['deploy', ...args])).toMatchObject({ code: 0 });
  expect(await place.statusOf('bare')).toBe('CREATE_COMPLETE');
});

test.each([
  [['deploy', '--guided', '--stack-name', 'x'], 2, '--guided'],
  [['deploy', '--stack-name', 'x', '--signing-profiles', 'Api=profile'], 2, 'sign'],
  [['deploy', '--stack-name', 'x', '--save-params'], 2, '--save-params'],
  [['sync', '--stack-name', 'x'], 2, 'sam sync'],
  [['deploy'], 2, 'no stack is named'],
  [['deploy', '--stack-name', 'x', '-t', 'absent.yaml'], 1, 'absent.yaml'],
  [['deploy', '--stack-name', 'x', '--config-file', 'absent.toml'], 1, 'absent.toml'],
  [['--storage-mode', 'link', 'deploy', '--stack-name', 'x'], 2, '"link"'],
  [['build'], 2, 'plain sam'],
  [[], 2, 'no command'],
])('%j is refused with its reason, before anything happens', async (args, code, words) => {
  const app = place.app('refused', smallApp('refused-api'));
  place.callsOfSam();
  const result = await place.holdfastSam(app, args);
  expect(result).toMatchObject({ code, stderr: expect.stringContaining(words) as unknown });
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(place.callsOfSam()).toEqual([]);
});

test('an option that sam does not know: sam says so itself, with its own exit code, and nothing stays pinned', async () => {
  const app = place.app('usage', smallApp('usage-api'));
  const result = await place.holdfastSam(app, ['deploy', '--stack-name', 'usage', '--no-such-option']);
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--no-such-option') as unknown });
  expect(await place.holdfast('delete', 'usage/Api:1', '--yes')).toMatchObject({ code: 0 });
});

test('package writes a template that plain sam deploys, without a bucket', async () => {
  const app = place.app('piped', smallApp('piped-api'));
  const output = ['--output-template-file', 'packaged.yaml'];
  const packaged = await place.holdfastSam(app, [
    '--deployment',
    'run-1',
    'package',
    '--stack-name',
    'piped',
    ...output,
  ]);
  expect(packaged).toMatchObject({ code: 0, stdout: '' });
  place.callsOfSam();
  const args = ['-t', 'packaged.yaml', '--stack-name', 'piped', '--capabilities', 'CAPABILITY_IAM'];
  expect(await place.sam(app, 'deploy', ...args)).toMatchObject({ code: 0 });
  expect(place.callsOfSam().filter((call) => call.startsWith('s3'))).toEqual([]);
  const settled = await place.holdfastSam(app, ['--deployment', 'run-1', 'settle', '--stack-name', 'piped']);
  expect(settled.stderr).toContain('piped is CREATE_COMPLETE');
  expect(await place.holdfast('delete', 'piped/Api:1', '--yes')).toMatchObject({ code: 3 });
});

test('the functions of a stack run from the bucket with storage mode reference', async () => {
  const app = place.app('referring', smallApp('referring-api'));
  const args = [
    '--storage-mode',
    'reference',
    'deploy',
    '--stack-name',
    'referring',
    '--capabilities',
    'CAPABILITY_IAM',
  ];
  expect(await place.holdfastSam(app, args)).toMatchObject({ code: 0 });
  const text = await place.cloudformation({ Action: 'GetTemplate', StackName: 'referring' });
  expect(text.match(/S3ObjectStorageMode&quot;: &quot;REFERENCE/g)).toHaveLength(2);
});

/** Runs a program on a terminal of its own, and hands its output on. */
const ON_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

test('a terminal stays a terminal for sam; that it brings a translator without storage mode is told before', async () => {
  const app = place.app('terminal', {
    ...smallApp('terminal-api'),
    'bin/sam': `#!${place.folder}/terminal/bin/python\n`,
    'lib/python3.12/site-packages/aws_sam_translator-1.112.0.dist-info/METADATA': '',
    // Stands for the interpreter: it says what sam would find.
    'bin/python': '#!/bin/sh\nfor n in 0 1 2; do test -t $n && echo "terminal $n of $2"; done\n',
  });
  for (const file of ['bin/sam', 'bin/python']) chmodSync(join(place.folder, app, file), 0o755);
  const args = ['--storage-mode', 'reference', 'deploy', '--stack-name', 'terminal'];
  const env = { PATH: [join(place.folder, app, 'bin'), place.env['PATH']].join(delimiter) };
  const program = [SAM_PYTHON, '-c', ON_TERMINAL, process.execPath, HOLDFAST_SAM, ...args] as const;
  const { stdout } = await resultOf(place.start([...program], app, { env }));
  for (const n of [0, 1, 2]) expect(stdout).toContain(`terminal ${n} of deploy`);
  expect(stdout).toContain('aws-sam-translator 1.112.0, which does not know storage mode reference');
  expect(stdout.indexOf('1.112.0')).toBeLessThan(stdout.indexOf('terminal 0'));
});
