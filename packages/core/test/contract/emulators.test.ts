import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { startEmulator } from '../emulators/emulator.js';

const workspace = resolve(__dirname, '../../../..');

async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(30_000) }).then(
    () => true,
    () => false,
  );
}

/** Waits until nothing listens any more; the test's own time limit bounds it. */
async function untilSilent(endpoint: string): Promise<void> {
  while (await answers(endpoint)) await new Promise((next) => setImmediate(next));
}

describe.each(['ministack', 'moto'] as const)('%s', (name) => {
  test('answers on a port of its own, and is gone once stopped', async () => {
    const [one, two] = await Promise.all([startEmulator(name), startEmulator(name)]);
    expect(one.endpoint).not.toBe(two.endpoint);
    await one.stop();
    await one.stop();
    expect(await answers(one.endpoint)).toBe(false);
    expect(await answers(two.endpoint)).toBe(true);
    await two.stop();
  });
});

test('an emulator goes when the process that started it is killed', async () => {
  const child = spawn(
    process.execPath,
    [
      '--require',
      resolve(workspace, 'test/typescript-hook.cjs'),
      resolve(__dirname, '../emulators/keep-until-killed.ts'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const endpoint = line.trim();
  expect(await answers(endpoint)).toBe(true);
  child.kill('SIGKILL');
  await untilSilent(endpoint);
  expect(await answers(endpoint)).toBe(false);
});
