import type { Command } from 'commander';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { reportStack } from '../render/stack-report.js';
import type { Session } from '../session.js';

interface AbandonOptions extends ConfirmOptions {
  readonly stackName: string;
  readonly deployment: string;
}

export function declareAbandon(stack: Command, session: Session): void {
  stack
    .command('abandon')
    .description(
      'Says that one deployment did not happen and will not: what it has pinned is released. References stay.',
    )
    .requiredOption('--stack-name <name>', 'name of the stack, or its ARN, which may be of another account')
    .requiredOption('--deployment <name>', 'deployment, as "holdfast references --stack-name" shows it')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'holdfast stack abandon --stack-name payments --deployment 7f9c24e8-3b1a-4f5e-9d0c-2a6b8e1d4c37',
      ),
    )
    .action(async (options: AbandonOptions, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        const { abandonDeployment, consumerNamed } = loadCloudFormation();
        const { stackName, deployment } = options;
        await confirm(
          `Release what deployment ${deployment} of ${consumerNamed(store.identity, stackName)} has pinned?`,
          options,
          session.host,
        );
        await reportStack(await abandonDeployment({ store, stackName, deployment }), output);
      });
    });
}
