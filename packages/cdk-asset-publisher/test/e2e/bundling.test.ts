import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FIXTURES, HOLDFAST_CDK } from '../support/cdk-project.js';

const esbuild = dirname(createRequire(__filename).resolve('esbuild/package.json'));

test('a NodejsFunction: what the CDK bundled is published', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-bundled-'));
  try {
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(esbuild, join(folder, 'node_modules/esbuild'));
    symlinkSync('../esbuild/bin/esbuild', join(folder, 'node_modules/.bin/esbuild'));
    writeFileSync(join(folder, 'package-lock.json'), '{}');
    writeFileSync(
      join(folder, 'holdfast.yaml'),
      'store: file:store\nbucket: acme\naccount: "111111111111"\nregion: eu-west-1\n',
    );
    writeFileSync(join(folder, 'index.ts'), 'export const handler = async (): Promise<string> => "typed";\n');
    const env = { PATH: process.env['PATH'], HOME: folder, CDK_OUTDIR: 'cdk.out' };
    const run = (args: string[]) => promisify(execFile)(process.execPath, args, { cwd: folder, env });
    await run([join(FIXTURES, 'bundled/app.js')]);
    const { stdout } = await run([HOLDFAST_CDK, 'publish', 'cdk.out']);
    expect(stdout).toContain('Bundled: 2 uses of artifacts pinned (2 new, 0 unchanged)');
    expect(readFileSync(join(folder, 'holdfast.out/Bundled.template.json'), 'utf8')).toContain(
      'arn:aws:holdfast:eu-west-1:111111111111:version/default/Bundled/Api/Code:1',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
