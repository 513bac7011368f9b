import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Host } from '../../src/host.js';
import { runCaptured, type Captured } from './captured-host.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-confirm-'));
const env = { HOLDFAST_STORE: `file:${folder}` };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs with somebody at the terminal who answers; undefined closes the terminal instead. */
async function answering(answer: string | undefined, ...argv: readonly string[]): Promise<Captured> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  if (answer === undefined) stdin.end();
  else stdin.write(`${answer}\n`);
  return runCaptured(argv, { env, stdin, stderr } as unknown as Partial<Host>);
}

async function stateOf(version: string): Promise<unknown> {
  const { stdout } = await runCaptured(['show', version, '--json'], { env });
  return (JSON.parse(stdout) as { version: { state: string } }).version.state;
}

describe('a question on the terminal', () => {
  test.each(['n', '', 'yess', undefined])('answered with %j changes nothing', async (answer) => {
    const id = `asked-${String(answer)}`.replace(/-$/, '-empty');
    await runCaptured(['publish', __filename, '--id', id], { env });
    const { code, stdout, stderr } = await answering(answer, 'delete', `${id}:1`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`Delete arn:aws:holdfast:local:000000000000:version/default/${id}:1? [y/N]`);
    expect(stderr).toMatch(/error:\S* nothing was changed\n$/);
    expect(await stateOf(`${id}:1`)).toBe('live');
  });

  test.each(['y', 'YES'])('answered with %j goes on', async (answer) => {
    await runCaptured(['publish', __filename, '--id', `told-${answer}`], { env });
    expect((await answering(answer, 'delete', `told-${answer}:1`)).code).toBe(0);
    expect(await stateOf(`told-${answer}:1`)).toBe('condemned');
  });

  test('is not asked when there is nothing to remove', async () => {
    const { code, stderr } = await answering('n', 'gc', '--apply');
    expect(code).toBe(0);
    expect(stderr).not.toContain('[y/N]');
  });
});
