import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { HoldfastError } from '@holdfast/core';

export interface SamRun {
  /** The program, as `findSam` found it. */
  readonly sam: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface SamEnd {
  /** sam's own exit code; 128 and the number of the signal that ended it. */
  readonly code: number;
  /** Whether this process was told to stop meanwhile. */
  readonly interrupted: boolean;
}

const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** What a run of sam ended with that nobody watched. */
export interface QuietEnd {
  readonly code: number;
  readonly stderr: string;
}

/** Runs sam without a terminal: it can ask nothing, and what it prints is shown by whoever called. Throws `unavailable` when it could not be started. */
export async function runQuietly({ sam, args, env, cwd }: SamRun): Promise<QuietEnd> {
  const child = spawn(sam, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { code: await codeOf(child), stderr };
}

/**
 * Runs sam on this process's own terminal or pipes, and waits until it has ended. Signals are passed on, but for the interrupt of a
 * terminal, which sends it to sam itself.
 *
 * Throws `unavailable` when sam could not be started.
 */
export async function runSam({ sam, args, env, cwd }: SamRun): Promise<SamEnd> {
  const child = spawn(sam, args, { cwd, env, stdio: 'inherit' });
  let interrupted = false;
  const handlers = PASSED_ON.map((signal) => {
    const handler = (): void => {
      interrupted = true;
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  try {
    const code = await codeOf(child);
    return { code, interrupted };
  } finally {
    for (const stop of handlers) stop();
  }
}

function codeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code ?? 'unknown error';
      reject(new HoldfastError('unavailable', `sam could not be started (${why})`, { cause }));
    });
    child.on('close', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal]));
    });
  });
}
