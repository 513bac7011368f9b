import { runHoldfastSam } from './command-line.js';
import { currentSamHost } from './host.js';

// What `holdfast sam` runs: the same file, because this one is bundled.
export { currentSamHost, runHoldfastSam };

/** Runs the command line of this process, without the program's name, and sets the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const code = await runHoldfastSam(argv, currentSamHost());
  process.exitCode ??= code;
}
