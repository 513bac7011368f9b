import type { Command } from 'commander';
import { examples, REFERENCE_HELP } from '../help.js';
import type { Session } from '../session.js';

export function declareResolve(program: Command, session: Session): void {
  program
    .command('resolve')
    .summary('print the version that a name stands for now')
    .description('Resolves a name or ARN of any kind to the ARN of a definite version.')
    .argument('<ref>', REFERENCE_HELP)
    .addHelpText('after', examples('holdfast resolve payments/api:prod'))
    .action(async (ref: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const resolution = await store.resolve(ref, scope);
        await output.result(resolution, () => [resolution.version.arn]);
      });
    });
}
