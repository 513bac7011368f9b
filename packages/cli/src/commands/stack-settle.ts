import type { Command } from 'commander';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Session } from '../session.js';
import { showOutcomes } from '../render/outcomes.js';

interface SettleOptions {
  readonly stackName: string;
  readonly deployment?: readonly string[];
  readonly forgetRetained?: boolean;
  readonly dryRun?: boolean;
  readonly region?: string;
}

/** `holdfast stack settle`, below the command `stack`. */
export function declareSettle(stack: Command, session: Session): void {
  stack
    .command('settle')
    .summary('make the references of a stack what CloudFormation says')
    .description(
      'Asks CloudFormation what the stack uses, and makes its references that. What cannot be decided stays, and the exit code is 4.',
    )
    .requiredOption('--stack-name <name>', 'name or ID of the stack')
    .option('--deployment <name...>', 'deployments that are over, whatever came of them')
    .option('--forget-retained', 'release what the stack retained too: it is not in the account any more')
    .option('--region <region>', 'region to ask; the AWS configuration decides when absent')
    .option('--dry-run', 'only say what would be done')
    .addHelpText('after', examples('holdfast stack settle --stack-name payments'))
    .action(async (options: SettleOptions, command: Command) => {
      await session.withStore(command, async ({ store, output, settings }) => {
        const { openCloudFormation, settleStack } = loadCloudFormation();
        const region = options.region ?? settings.region;
        const api = await openCloudFormation(region === undefined ? {} : { region });
        try {
          const outcomes = await settleStack({
            store,
            api,
            stack: options.stackName,
            finished: options.deployment ?? [],
            forgetRetained: options.forgetRetained === true,
            dryRun: options.dryRun === true,
          });
          await showOutcomes({ outcomes, doubts: [] }, options.dryRun === true, output);
        } finally {
          api.close();
        }
      });
    });
}
