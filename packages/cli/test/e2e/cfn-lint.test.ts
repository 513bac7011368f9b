import { execFile } from 'node:child_process';
import { afterAll, expect, test } from '@jest/globals';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Workplace } from './workplace.js';

const ROOT = resolve(__dirname, '../../../..');
const CFN_LINT = join(ROOT, '.venv/bin/cfn-lint');

const place = new Workplace(['bucket: my-artifacts']);
cpSync(join(ROOT, 'examples/sam-app'), join(place.folder, 'app'), { recursive: true });
afterAll(() => place.remove());

/** What cfn-lint says of a template for one region; nothing when it finds nothing. */
function lint(template: string, region: string): Promise<{ code: number; output: string }> {
  const args = ['--regions', region, '--template', join(place.folder, template)];
  return new Promise((done) => {
    execFile(CFN_LINT, args, { cwd: place.folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, output: `${stdout}${stderr}${code === -1 ? (error?.message ?? '') : ''}` });
    });
  });
}

async function packageFor(file: string, ...more: readonly string[]): Promise<void> {
  const from = ['--template-file', 'app/template.yaml', '--stack-name', 'orders'];
  await place.must('package', ...from, '--output-template-file', file, ...more);
}

test('cfn-lint finds nothing in a packaged template', async () => {
  await packageFor('packaged.yaml', '--regions', 'eu-west-1');
  expect(await lint('packaged.yaml', 'eu-west-1')).toEqual({ code: 0, output: '' });
});

test('cfn-lint finds nothing in a template of an embedded store, which serves any region', async () => {
  await packageFor('anywhere.yaml');
  expect(await lint('anywhere.yaml', 'eu-west-1')).toEqual({ code: 0, output: '' });
});

test('cfn-lint is asked at all: it finds what is wrong', async () => {
  await packageFor('broken.yaml', '--regions', 'eu-west-1');
  const broken = readFileSync(join(place.folder, 'broken.yaml'), 'utf8').replace('Handler:', 'Handlr:');
  writeFileSync(join(place.folder, 'broken.yaml'), broken);
  const { code, output } = await lint('broken.yaml', 'eu-west-1');
  expect(code).toBeGreaterThan(0);
  expect(output).toContain('Handlr');
});
