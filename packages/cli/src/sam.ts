import type { Command } from 'commander';
import { examples } from './help.js';

/** Options of the program that take the next word. */
const WITH_VALUE = new Set(['--store', '--repository']);

/**
 * The words for `holdfast-sam` in `holdfast [options] sam …`; undefined for any other command. Taken off before anything is parsed: what
 * stands behind `sam` is sam's, and so are the signals while it runs.
 */
export function wordsForSam(argv: readonly string[]): readonly string[] | undefined {
  return wordsFor('sam', argv);
}

/** The words without the command's name, when that is the command. */
export function wordsFor(command: string, argv: readonly string[]): readonly string[] | undefined {
  let at = 0;
  while (argv[at]?.startsWith('-') === true) at += WITH_VALUE.has(argv[at] ?? '') ? 2 : 1;
  return argv[at] === command ? [...argv.slice(0, at), ...argv.slice(at + 1)] : undefined;
}

/** Runs them. Returns the exit code. */
export function runSam(words: readonly string[]): Promise<number> {
  const { currentSamHost, runHoldfastSam } =
    require('@holdfast/sam-hook') as typeof import('@holdfast/sam-hook');
  return runHoldfastSam(words, currentSamHost());
}

/** For help and completion; {@link wordsForSam} takes the words before they are parsed. */
export function declareSam(program: Command): void {
  program
    .command('sam')
    .summary('deploy with AWS SAM: sam deploy with artifact ARNs')
    .description(
      'Runs holdfast-sam: deploy, package, settle and delete, with the arguments of sam. See holdfast sam --help.',
    )
    .argument('[arguments...]', 'command and arguments of sam')
    .addHelpText(
      'after',
      examples('holdfast sam deploy --stack-name payments --capabilities CAPABILITY_IAM'),
    );
}
