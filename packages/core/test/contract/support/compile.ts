import { transformFileSync } from '@swc/core';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const PACKAGE = resolve(__dirname, '../../..');
const WORKSPACE = resolve(PACKAGE, '../..');

/**
 * Compiles the package's sources and the worker programs into a folder, so that child processes run what the tests of this
 * process run, built or not. Returns the folder of the worker programs.
 */
export function compileWorkers(into: string): string {
  for (const folder of ['src', 'test/contract/support', 'test/contract/workers']) {
    for (const name of readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts')) compile(join(PACKAGE, folder, name), join(into, 'core', folder, name));
    }
  }
  symlinkSync(join(WORKSPACE, 'node_modules'), join(into, 'node_modules'), 'junction');
  symlinkSync(join(PACKAGE, 'node_modules'), join(into, 'core/node_modules'), 'junction');
  return join(into, 'core/test/contract/workers');
}

function compile(source: string, target: string): void {
  const { code } = transformFileSync(source, {
    configFile: false,
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target.replace(/\.ts$/, '.js'), code);
}
