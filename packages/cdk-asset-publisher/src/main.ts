import { runHoldfastCdk } from './command-line/command-line.js';

// What `holdfast cdk` runs: the same file, because this one is bundled.
export { runHoldfastCdk };

/**
 * Runs the command line of this process, without the program's name, and sets the exit code. Never throws.
 *
 * @param file the file of the command, by which the CDK's command calls it again
 */
export async function main(argv: readonly string[], file: string): Promise<void> {
  process.exitCode = await runHoldfastCdk(argv, file);
}
