import { transformFileSync } from '@swc/core';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const PACKAGE = resolve(__dirname, '../../..');

/**
 * Compiles the package's sources and the worker programs into a folder, so that child processes run what the tests of this
 * process run, built or not. Returns the folder of the worker programs.
 */
export function compileWorkers(into: string): string {
  const workers = 'test/contract/workers';
  for (const folder of ['src', workers]) {
    for (const name of readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const { code } = transformFileSync(join(PACKAGE, folder, name), {
        configFile: false,
        swcrc: false,
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      });
      const file = join(into, folder, name.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
  }
  symlinkSync(join(PACKAGE, 'node_modules'), join(into, 'node_modules'), 'junction');
  return join(into, workers);
}
