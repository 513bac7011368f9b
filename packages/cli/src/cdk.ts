import type { Command } from 'commander';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { examples } from './help.js';
import { wordsFor } from './sam.js';

const PACKAGE = '@holdfast/cdk-asset-publisher';

/** The words for `holdfast-cdk` in `holdfast [options] cdk …`; undefined for any other command. */
export function wordsForCdk(argv: readonly string[]): readonly string[] | undefined {
  return wordsFor('cdk', argv);
}

/** Runs them with the package that the app in this folder has. Returns the exit code. */
export async function runCdk(words: readonly string[]): Promise<number> {
  for (const from of [join(process.cwd(), 'package.json'), __filename]) {
    const load = createRequire(from);
    let file: string;
    try {
      file = load.resolve(`${PACKAGE}/command`);
    } catch {
      // Not installed there.
      continue;
    }
    const { runHoldfastCdk } = load(file) as {
      runHoldfastCdk: (argv: readonly string[], file: string) => Promise<number>;
    };
    return runHoldfastCdk(words, join(file, '../../../bin/holdfast-cdk.js'));
  }
  process.stderr.write(
    `error: ${PACKAGE} is not installed here\nhint: Add it to the app: npm install --save-dev ${PACKAGE}\n`,
  );
  return 1;
}

/** For help and completion; {@link wordsForCdk} takes the words before they are parsed. */
export function declareCdk(program: Command): void {
  program
    .command('cdk')
    .summary('deploy with the AWS CDK: cdk deploy with artifact ARNs and no bootstrap')
    .description(
      'Runs holdfast-cdk: publish, deploy, destroy, diff, exec and import-staging. See holdfast cdk --help.',
    )
    .argument('[arguments...]', 'command and arguments of holdfast-cdk')
    .addHelpText('after', examples('holdfast cdk deploy --all --require-approval never'));
}
