import { CommanderError } from 'commander';
import { usageErrorOf } from './command-errors.js';
import { exitCodeOf } from './exit-code-of.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Host } from './host.js';
import { createProgram } from './program.js';
import { describeError, renderError } from './render/error.js';
import { createPalette, wantsColour } from './render/palette.js';
import { createSession } from './session.js';

/** Parses and runs a command line. Returns the exit code; what went wrong is on stderr. */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<number> {
  const program = createProgram(createSession(host));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT_CODES.done;
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.help' && !given('--json', argv)) {
      return EXIT_CODES.usage; // The help is on stderr, and says it all.
    }
    const failure = error instanceof CommanderError ? usageErrorOf(error, program, argv) : error;
    return failure === undefined ? EXIT_CODES.done : report(failure, argv, host);
  }
}

function report(failure: unknown, argv: readonly string[], { stderr, env }: Host): number {
  const error = describeError(failure, given('--debug', argv));
  const text = given('--json', argv)
    ? JSON.stringify({ error })
    : renderError(error, createPalette(wantsColour(stderr, env))).join('\n');
  stderr.write(`${text}\n`);
  return exitCodeOf(error.code);
}

/** Read off the words themselves: the parser may be what failed. */
function given(option: string, argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes(option);
}
