import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = resolve(__dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-readme-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the example of a README in an empty folder, with the built packages. Returns what it printed. */
async function runExample(readme: string): Promise<string> {
  const text = readFileSync(join(PACKAGE, readme), 'utf8');
  const example = /```js\n(.*?)```/s.exec(text)?.[1] ?? 'throw new Error("no example");';
  // Packages are looked for from where node is started; files are written where it goes then.
  const code = `process.chdir(${JSON.stringify(folder)});\n${example}`;
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--eval', code], {
    cwd: PACKAGE,
    env,
  });
  expect(stderr).toBe('');
  return stdout;
}

test('the example of @holdfast/core runs, twice', async () => {
  const printed = await runExample('../core/README.md');
  expect(printed).toContain(
    'created arn:aws:holdfast:local:000000000000:version/default/payments/api:1 sha256:',
  );
  expect(printed).toContain('\ntrue\nin-use ');
  expect(await runExample('../core/README.md')).toMatch(/^existing /);
});

test('the example of @holdfast/cloudformation runs', async () => {
  expect(await runExample('README.md')).toBe(
    'Hello.Code arn:aws:holdfast:local:000000000000:version/default/hello/Hello:1\n1 reference added\n',
  );
  expect(readFileSync(join(folder, 'packaged.yaml'), 'utf8')).toContain('S3Key: default/sha256/');
});
