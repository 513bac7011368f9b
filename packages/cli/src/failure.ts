import { CommanderError, type Command } from 'commander';
import { usageErrorOf } from './command-errors.js';
import { exitCodeOf } from './exit-code-of.js';
import { EXIT_CODES } from './exit-codes.js';
import type { Host } from './host.js';
import { describeError, renderError } from './render/error.js';
import { createPalette, wantsColour } from './render/palette.js';

/** Prints what a command line threw. Returns the exit code; 0 for what only ended the parsing, such as `--help`. */
export function endOf(thrown: unknown, program: Command, argv: readonly string[], host: Host): number {
  if (!(thrown instanceof CommanderError)) return report(thrown, argv, host);
  if (thrown.code === 'commander.help' && !given('--json', argv)) {
    return EXIT_CODES.usage; // The help is on stderr, and says it all.
  }
  const failure = usageErrorOf(thrown, program, argv);
  return failure === undefined ? EXIT_CODES.done : report(failure, argv, host);
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
