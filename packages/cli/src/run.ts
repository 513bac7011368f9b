import { EXIT_CODES } from './exit-codes.js';
import type { Host } from './host.js';
import { createProgram } from './program.js';
import { createSession } from './session.js';

/** Parses and runs a command line. Returns the exit code; what went wrong is on stderr. */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<number> {
  const program = createProgram(createSession(host), argv);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT_CODES.done;
  } catch (error) {
    // Most runs succeed, and start sooner without this.
    const { endOf } = require('./failure.js') as typeof import('./failure.js');
    return endOf(error, program, argv, host);
  }
}
