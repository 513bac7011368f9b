import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { FIXTURES, HOLDFAST_CDK } from '../support/cdk-project.js';

const esbuild = dirname(createRequire(__filename).resolve('esbuild/package.json'));

test('a NodejsFunction: what the CDK bundled is published, by a command that loads its bundle beside native code, and no client of AWS', async () => {
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
    const env: Record<string, string | undefined> = {
      PATH: process.env['PATH'],
      HOME: folder,
      CDK_OUTDIR: 'cdk.out',
      CDK_VALIDATION: 'false',
    };
    const run = (args: string[]) => promisify(execFile)(process.execPath, args, { cwd: folder, env });
    await run([join(FIXTURES, 'bundled/app.js')]);
    writeFileSync(
      join(folder, 'listing.cjs'),
      `process.on('exit', () => require('node:fs').writeFileSync('loaded', Object.keys(require.cache).join('\\n')));`,
    );
    // So that Node itself loads the bundle, and lists it.
    env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    const { stdout } = await run(['--require=./listing.cjs', HOLDFAST_CDK, 'publish', 'cdk.out']);
    const loaded = readFileSync(join(folder, 'loaded'), 'utf8').split('\n');
    expect(loaded.filter((file) => file.includes(`${sep}dist${sep}`))).toEqual(
      ['start.js', 'main.js'].map((name) =>
        expect.stringContaining(['cdk-asset-publisher', 'dist', 'command', name].join(sep)),
      ),
    );
    expect(loaded.filter((file) => /aws-sdk|aws-cdk|constructs/.test(file))).toEqual([]);
    expect(stdout).toContain('Bundled: 2 uses of artifacts pinned (2 new, 0 unchanged)');
    expect(readFileSync(join(folder, 'holdfast.out/Bundled.template.json'), 'utf8')).toContain(
      'arn:aws:holdfast:eu-west-1:111111111111:version/default/Bundled/Api/Code:1',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
