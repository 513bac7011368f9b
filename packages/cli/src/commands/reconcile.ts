import type { Command } from 'commander';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { showOutcomes } from '../render/outcomes.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface ReconcileOptions {
  readonly stackName?: readonly string[];
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly after?: string;
  readonly concurrency: string;
  readonly region?: string;
}

export function declareReconcile(program: Command, session: Session): void {
  program
    .command('reconcile')
    .summary('make the references of all stacks what CloudFormation says')
    .description(
      'Settles every stack that the store holds something for: crashed deployments, and stacks that other tools changed or deleted. What cannot be decided stays, and the exit code is 4.',
    )
    .option('--stack-name <name...>', 'only the stacks with these names or IDs')
    .option(
      '--all',
      'also every other stack of the account and region: it may use the locations of the store',
    )
    .option('--dry-run', 'only say what would be done')
    .option('--after <key>', 'go on where an earlier run ended: the "last" of its report')
    .option('--concurrency <number>', 'stacks to read at once', '8')
    .option('--region <region>', 'region to ask; the AWS configuration decides when absent')
    .addHelpText('after', examples('holdfast reconcile --dry-run', 'holdfast reconcile --all'))
    .action(async (options: ReconcileOptions, command: Command) => {
      const { stackName: stacks, after, all = false, dryRun = false } = options;
      if (stacks !== undefined && all) throw new UsageError('--stack-name and --all exclude each other');
      if (stacks !== undefined && after !== undefined)
        throw new UsageError('--stack-name and --after exclude each other');
      if (!/^[1-9][0-9]{0,2}$/.test(options.concurrency)) {
        throw new UsageError(`--concurrency "${options.concurrency}" is not a whole number from 1 to 999`);
      }
      await session.withStore(command, async ({ store, output, settings }) => {
        const { openCloudFormation, reconcileStacks, settleStack } = loadCloudFormation();
        const open = (region: string | undefined) =>
          openCloudFormation(region === undefined ? {} : { region });
        const api = await open(options.region ?? settings.region);
        try {
          if (stacks !== undefined) {
            const outcomes = [];
            for (const stack of new Set(stacks))
              outcomes.push(...(await settleStack({ store, api, stack, dryRun })));
            await showOutcomes({ outcomes, doubts: [] }, dryRun, output);
            return;
          }
          const report = await reconcileStacks({
            store,
            api,
            all,
            dryRun,
            concurrency: Number(options.concurrency),
            openRegion: open,
            ...(after === undefined ? {} : { after }),
            onOutcome: ({ consumer }) => output.progress(`settled ${consumer}`),
          });
          await showOutcomes(report, dryRun, output);
          return;
        } finally {
          api.close();
        }
      });
    });
}
