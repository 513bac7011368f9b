import type { Command } from 'commander';
import type { CloudFormationApi } from '@holdfast/cloudformation';
import { clientSettings } from '../client-settings.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import { showOutcomes } from '../render/outcomes.js';
import { homeOrWithout, homeRegion, settingsOf } from '../region-session.js';
import type { Session } from '../session.js';
import { settleWithoutHome } from '../settle-regions.js';

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
      const { openCloudFormation } = loadCloudFormation();
      const api = await openCloudFormation(clientSettings(settingsOf(command, session), options));
      try {
        await settle(options, command, session, api);
      } finally {
        api.close();
      }
    });
}

async function settle(
  options: SettleOptions,
  command: Command,
  session: Session,
  api: CloudFormationApi,
): Promise<void> {
  const dryRun = options.dryRun === true;
  const what = {
    stack: options.stackName,
    finished: options.deployment ?? [],
    forgetRetained: options.forgetRetained === true,
    dryRun,
  };
  await homeOrWithout(
    (opened) =>
      session.withStore(command, async ({ store, output }) => {
        opened();
        const { settleReplicas, settleStack } = loadCloudFormation();
        const outcomes = await settleStack({ store, api, ...what });
        outcomes.push(...(await settleReplicas({ store, api, ...what })));
        await showOutcomes({ outcomes, doubts: [] }, dryRun, output);
      }),
    async (failure) => {
      const home = await homeRegion(command, session);
      const place = await api.place().catch(() => undefined);
      if (place === undefined || place.region === home) throw failure;
      const outcomes = await settleWithoutHome(command, session, api, what);
      const doubt = {
        code: 'unavailable',
        message: `only the replicas were settled: ${home}, the home region of the store, gives no answer`,
      } as const;
      await showOutcomes({ outcomes, doubts: [doubt] }, dryRun, session.output(command));
    },
  );
}
