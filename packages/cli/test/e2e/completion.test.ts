import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Workplace } from './workplace.js';

const place = new Workplace();
const script = (shell: string): string => join(place.folder, `completion.${shell}`);
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    place.write(`completion.${shell}`, await place.must('completion', shell));
  }
  place.write('dist/app.js', '');
});
afterAll(() => place.remove());

/** What bash offers for these words, of which the last is being typed. */
function completeInBash(...words: readonly string[]): readonly string[] {
  const ask = `source "$1"; shift; COMP_WORDS=(holdfast "$@"); COMP_CWORD=$#; _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-u', '-c', ask, 'bash', script('bash'), ...words], {
    cwd: place.folder,
    encoding: 'utf8',
  });
  return out.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  test.each([
    [['p'], ['publish', 'package', 'policy']],
    [
      ['bookmark', ''],
      ['set', 'list', 'history', 'delete'],
    ],
    [['--store', 'list', 'book'], ['bookmark']],
    [['--store', 'file', ':', 'x', 'lis'], ['list']],
    [['publish', 'di'], ['dist']],
    [['publish', 'dist', ''], []],
    [['get', 'a', ':', '1', '-o', 'dist/'], ['dist/app.js']],
    [
      ['package', '--storage-mode', ''],
      ['copy', 'reference'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['gc', '--d'],
      ['--dry-run', '--debug'],
    ],
    [['list', 'delete', '--y'], []],
  ])('completes %j', (words, offered) => {
    expect(completeInBash(...words)).toEqual(offered);
  });
});

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  test('is accepted by the shell, where it is installed', () => {
    const { error, status, stderr } = spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8' });
    const missing = error !== undefined && 'code' in error && error.code === 'ENOENT';
    expect(missing ? 'not installed' : `${String(status)} ${stderr}`).toMatch(
      shell === 'bash' ? /^0 $/ : /^(0 |not installed)$/,
    );
  });

  test('knows every command', async () => {
    const text = await place.must('completion', shell);
    const help = await place.must('--help');
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(15);
    for (const name of commands) expect(text).toContain(name);
  });
});

test('another shell is refused with those that there are', async () => {
  const { code, stderr } = await place.run(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
