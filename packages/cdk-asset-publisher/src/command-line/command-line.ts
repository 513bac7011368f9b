import { isHoldfastError } from '@holdfast/core';
import { createProgram, type CommandHost } from './program.js';
import { errorLines } from './render.js';

/** The exit codes of `holdfast`: what is wrong with the command line or a value, refused because it is used, anything else. */
const EXIT_CODES: Readonly<Record<string, number>> = { 'invalid-input': 2, 'in-use': 3 };

/**
 * Runs the command line of `holdfast-cdk` and returns its exit code; that of the CDK's command where that was run. Never throws.
 *
 * @param file the file of the command, by which the CDK's command calls it again
 */
export async function runHoldfastCdk(argv: readonly string[], file: string): Promise<number> {
  const host: CommandHost = {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    file,
  };
  let exitCode = 0;
  const program = createProgram(host, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    const { exitCode: code, message } = error as { exitCode?: unknown; message: string };
    if (typeof code === 'number') {
      // Wrong usage, or a help that was asked for.
      if (code !== 0) host.err(message);
      return code === 0 ? 0 : 2;
    }
    errorLines(error).forEach(host.err);
    return isHoldfastError(error) ? (EXIT_CODES[error.code] ?? 1) : 1;
  }
}
