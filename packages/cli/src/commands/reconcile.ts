import type { Command } from 'commander';
import { byComma } from '../by-comma.js';
import { clientSettings } from '../client-settings.js';
import { examples } from '../help.js';
import { undoneWhenInterrupted } from '../interrupts.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { showOutcomes, type Outcomes } from '../render/outcomes.js';
import type { Session } from '../session.js';
import { reconcileReplicas } from '../settle-regions.js';
import { UsageError } from '../usage-error.js';

interface ReconcileOptions {
  readonly stackName?: readonly string[];
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly after?: string;
  readonly concurrency: string;
  readonly region?: string;
  readonly regions?: readonly string[];
  readonly role?: string;
}

export function declareReconcile(program: Command, session: Session): void {
  program
    .command('reconcile')
    .summary('make the references of all stacks and functions what AWS says')
    .description(
      'Settles every stack, function and layer that the store holds something for: crashed deployments, and what other tools changed or deleted. What cannot be decided stays, and the exit code is 4.',
    )
    .option('--stack, --stack-name <name...>', 'only the stacks with these names or IDs')
    .option(
      '--all',
      'also every other stack of the account and region, and every function that runs what the store has',
    )
    .option('--dry-run', 'only say what would be done')
    .option('--after <key>', 'go on where an earlier run ended: the "last" of its report')
    .option('--concurrency <number>', 'stacks or functions to read at once', '8')
    .option('--region <region>', 'region to ask; the AWS configuration decides when absent')
    .option(
      '--regions <regions...>',
      'regions whose replicas the catalog may have forgotten, after it was rebuilt',
      byComma,
    )
    .option('--role <name>', 'name of the role to assume in other accounts, to ask what their stacks use')
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
        const {
          openAccountsBy,
          openCloudFormation,
          openLambda,
          reconcileStore,
          settleReplicas,
          settleStack,
        } = loadCloudFormation();
        const client = clientSettings(settings, options);
        const api = await openCloudFormation(client);
        try {
          if (stacks !== undefined) {
            const outcomes = [];
            for (const stack of new Set(stacks))
              outcomes.push(
                ...(await settleStack({ store, api, stack, dryRun })),
                ...(await settleReplicas({ store, api, stack, dryRun })),
              );
            await showOutcomes({ outcomes, doubts: [] }, dryRun, output);
            return;
          }
          const lambda = await openLambda(client);
          let last: string | undefined;
          const tellLast = (): void => {
            if (last !== undefined) output.message(`go on with: holdfast reconcile --after ${last}`);
          };
          try {
            const { role } = options;
            const accounts = role === undefined ? {} : { openAccount: openAccountsBy(role) };
            const run = async (): Promise<Outcomes> => {
              const report = await reconcileStore({
                store,
                api,
                lambda,
                all,
                dryRun,
                concurrency: Number(options.concurrency),
                openRegion: (region) => openCloudFormation({ region }),
                openLambdaRegion: (region) => openLambda({ region }),
                ...(after === undefined ? {} : { after }),
                ...accounts,
                onOutcome: ({ consumer }) => output.progress(`settled ${consumer}`),
                onLast: (key) => (last = key),
              });
              const inRegions = await reconcileReplicas(store, (region) => openCloudFormation({ region }), {
                ...{ all, dryRun, regions: options.regions ?? [], concurrency: Number(options.concurrency) },
                ...accounts,
              });
              return {
                ...report,
                outcomes: [...report.outcomes, ...inRegions.outcomes],
                doubts: [...report.doubts, ...inRegions.doubts],
              };
            };
            await showOutcomes(await undoneWhenInterrupted(tellLast, run), dryRun, output);
          } finally {
            lambda.close();
          }
        } finally {
          api.close();
        }
      });
    });
}
