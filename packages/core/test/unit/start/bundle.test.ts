import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const HOOK = resolve(__dirname, '../../../../../test/typescript-hook.cjs');
const SOURCE = resolve(__dirname, '../../../src/start/bundle.ts');

let place: string;
let kept: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'holdfast-start-'));
  kept = join(place, 'cache', 'holdfast');
  mkdirSync(join(place, 'bundle'));
  writeFileSync(join(place, 'bundle/main.js'), MAIN);
  writeFileSync(join(place, 'bundle/other.js'), `__evaluated.push('o'); exports.greet = () => 'other';`);
  writeFileSync(
    join(place, 'start.cjs'),
    `require(${JSON.stringify(SOURCE)}).startBundle({ folder: ${JSON.stringify(join(place, 'bundle'))}, digest: 'd' }, process.argv.slice(2));`,
  );
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

/** Evaluates as many modules as it is told to, in the way of a bundle. */
const MAIN = `
  const { join } = require('node:path');
  exports.main = ([word, modules = '', code]) => {
    for (const name of modules) __evaluated.push(name);
    const other = modules.includes('o') ? require('./other.js').greet() : '';
    console.log([word, other, __filename === join(__dirname, 'main.js'), require.resolve('./other.js') !== ''].join());
    process.exitCode = code === '1' ? 1 : 0;
  };`;

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', HOOK, join(place, 'start.cjs'), ...words],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: place, NODE_COMPILE_CACHE: join(place, 'cache'), ...env },
    },
  );
  expect(stderr).toBe('');
  return stdout.trim();
}

/** The files that are kept, by the command and file that they are of. */
function found(): Map<string, string> {
  const names =
    readdirSync(place).includes('cache') && readdirSync(join(place, 'cache')).includes('holdfast');
  const list = names ? readdirSync(kept) : [];
  return new Map(list.map((name) => [name.split('-d-')[0]!, readFileSync(join(kept, name), 'latin1')]));
}

describe('a bundle', () => {
  test('runs the same with and without what an earlier run compiled, which is kept for each command and file', () => {
    expect(run(['list'])).toBe('list,,true,true');
    expect([...found().keys()]).toEqual(['list-main.js']);
    expect(run(['list'])).toBe('list,,true,true');
    expect(run(['--store', 'x', 'show'])).toBe('--store,,true,true');
    expect(run(['show', 'o'])).toBe('show,other,true,true');
    expect([...found().keys()].sort()).toEqual(['list-main.js', 'show-main.js', 'show-other.js']);
  });

  test('keeps again when more was evaluated, and not otherwise', () => {
    run(['list', 'a']);
    const first = found().get('list-main.js');
    run(['list', 'a']);
    expect(found().get('list-main.js')).toBe(first);
    run(['list', 'b']);
    const second = found().get('list-main.js');
    expect(second).not.toBe(first);
    run(['list', 'ab']);
    expect(found().get('list-main.js')).toBe(second);
  });

  test('that was changed is compiled anew', () => {
    run(['list']);
    writeFileSync(join(place, 'bundle/main.js'), MAIN.replace('[word, other,', '["changed",'));
    expect(run(['list'])).toBe('changed,true,true');
    expect(run(['list'])).toBe('changed,true,true');
  });

  test.each(['damaged', ''])('runs with kept code that is %p', (text) => {
    run(['list']);
    for (const name of readdirSync(kept)) writeFileSync(join(kept, name), text, { mode: 0o600 });
    expect(run(['list'])).toBe('list,,true,true');
    expect(found().get('list-main.js')).not.toBe(text);
  });

  test('keeps nothing of a run that failed, in continuous integration, or when Node is not to', () => {
    run(['list', '', '1']);
    run(['list'], { CI: 'true' });
    expect(found().size).toBe(0);
    writeFileSync(join(place, 'bundle/main.js'), `exports.main = () => console.log(typeof __evaluated);`);
    expect(run(['list'], { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('undefined');
    expect(found().size).toBe(0);
  });
});
