import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HoldfastError, quote } from '@holdfast/core';

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the command is a line for a shell. */
  readonly shell?: boolean;
}

export interface ChildEnd {
  /** The exit code, or 128 and the number of the signal that ended it. */
  readonly code: number;
  /** Somebody broke it off: what it had asked others for may still be on its way. */
  readonly interrupted: boolean;
}

/**
 * Runs a program with this process's own input and output, and waits for its end.
 *
 * An interrupt reaches both from the terminal; this process waits for the other's end. A request to terminate is handed on.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  { cwd, env, shell = false }: ChildOptions,
): Promise<ChildEnd> {
  const child = spawn(command, args, { cwd, env: { ...env }, shell, stdio: 'inherit' });
  let interrupted = false;
  const wait = (): void => void (interrupted = true);
  const terminate = (): void => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', wait);
  process.on('SIGTERM', terminate);
  try {
    return await new Promise<ChildEnd>((resolve, reject) => {
      child.on('error', (cause: NodeJS.ErrnoException) => {
        const why = cause.code === 'ENOENT' ? 'there is no such program' : String(cause.code);
        reject(new HoldfastError('unavailable', `${quote(command)} could not be run: ${why}`, { cause }));
      });
      child.on('close', (code, signal) => {
        resolve({
          code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
          interrupted: interrupted || signal !== null,
        });
      });
    });
  } finally {
    process.off('SIGINT', wait);
    process.off('SIGTERM', terminate);
  }
}
