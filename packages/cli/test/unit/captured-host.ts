import { PassThrough } from 'node:stream';
import type { Host } from '../../src/host.js';
import { runCommandLine } from '../../src/run.js';

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, on a machine without a terminal. */
export async function runCaptured(argv: readonly string[], changes: Partial<Host> = {}): Promise<Captured> {
  const stdout = new PassThrough();
  const stderr = (changes.stderr as unknown as PassThrough | undefined) ?? new PassThrough();
  const host = {
    ...{ env: { HOLDFAST_STORE: 'memory:captured' }, cwd: '/', home: '/home/me', platform: 'linux' },
    ...{ stdin: new PassThrough(), stdout },
    ...changes,
    stderr,
  } as unknown as Host;
  const code = await runCommandLine(argv, host);
  stdout.end();
  stderr.end();
  return { code, stdout: await textOf(stdout), stderr: await textOf(stderr) };
}

async function textOf(stream: PassThrough): Promise<string> {
  const parts: string[] = [];
  for await (const part of stream) parts.push(String(part));
  return parts.join('');
}
