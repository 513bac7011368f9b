import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';
import { temporaryDirectory } from './temporary-directory.js';

const PACKAGE = resolve(__dirname, '../../../..');

/** Compiles what packing needs of the sources, for child processes. Returns the path to require. */
export function compilePacking(): string {
  const out = temporaryDirectory();
  const sources = ['errors.ts', ...['arn', 'packing'].flatMap(filesOf)];
  for (const source of sources) {
    const { code } = transformFileSync(join(PACKAGE, 'src', source), {
      swcrc: false,
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    const target = join(out, 'dist', source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  for (const name of ['node_modules', 'wasm']) {
    symlinkSync(join(PACKAGE, name), join(out, name));
  }
  return join(out, 'dist/packing/index.js');
}

function filesOf(directory: string): string[] {
  return readdirSync(join(PACKAGE, 'src', directory)).map((name) => join(directory, name));
}

/** Runs a script with `packing` in scope in a new process and returns what it resolves to, which goes through JSON. */
export function runWithPacking(
  packing: string,
  script: string,
  env: Readonly<Record<string, string>> = {},
): unknown {
  const whole = `
    const packing = require(${JSON.stringify(packing)});
    (async () => { ${script} })().then((result) => process.stdout.write(JSON.stringify(result)));`;
  const child = spawnSync(process.execPath, ['-e', whole], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (child.status !== 0) {
    throw new Error(`the child process failed: ${child.stderr}`);
  }
  return JSON.parse(child.stdout) as unknown;
}
