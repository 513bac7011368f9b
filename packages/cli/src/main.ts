import { currentHost, type Host } from './host.js';
import { endOnSignals } from './interrupts.js';
import { EXIT_CODES } from './exit-codes.js';
import { runCdk, wordsForCdk } from './cdk.js';
import { runSam, wordsForSam } from './sam.js';

/**
 * Runs the command line of this process, without the program's name, and sets the exit code. Never throws.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const cdk = wordsForCdk(argv);
  if (cdk !== undefined) {
    process.exitCode = await runCdk(cdk);
    return;
  }
  const sam = wordsForSam(argv);
  if (sam !== undefined) {
    process.exitCode = await runSam(sam);
    return;
  }
  const host = currentHost(leaveOnBrokenPipe);
  endOnSignals(process);
  const code = await run(argv, host);
  process.exitCode ??= code;
}

/** Whoever read has enough, as in `holdfast events | head`: that is no error. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? EXIT_CODES.done : EXIT_CODES.failed);
}

async function run(argv: readonly string[], host: Host): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { RELEASE } = require('./release.js') as typeof import('./release.js');
    host.stdout.write(`${RELEASE}\n`);
    return EXIT_CODES.done;
  }
  const { runCommandLine } = require('./run.js') as typeof import('./run.js');
  return runCommandLine(argv, host);
}
