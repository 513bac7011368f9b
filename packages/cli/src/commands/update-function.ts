import type { Command } from 'commander';
import type { Drift, UpdateFunctionReport } from '@holdfast/cloudformation';
import { clientSettings, REGION_HELP } from '../client-settings.js';
import { examples, REFERENCE_HELP } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { UndecidedError } from '../undecided-error.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface UpdateFunctionOptions {
  readonly artifact: string;
  readonly publish?: boolean;
  readonly storageMode: string;
  readonly region?: string;
}

const STORAGE_MODES = ['keep', 'copy', 'reference'] as const;

export function declareUpdateFunction(program: Command, session: Session): void {
  program
    .command('update-function')
    .summary('give a Lambda function the code of a version')
    .description(
      'Updates the code of a Lambda function by the location of a version, in the storage mode that the function has. The version ' +
        'is pinned first and referenced afterwards, so that it cannot be deleted while the function runs it.',
    )
    .argument('<function>', 'name or ARN of the function')
    .requiredOption('--artifact <ref>', REFERENCE_HELP)
    .option('--publish', 'also publish a version of the function')
    .option('--storage-mode <mode>', `${STORAGE_MODES.join(', ')}: how Lambda stores the code`, 'keep')
    .option('--region <region>', REGION_HELP)
    .addHelpText('after', examples('holdfast update-function payments-api --artifact payments/api:prod'))
    .action(async (name: string, options: UpdateFunctionOptions, command: Command) => {
      const storageMode = STORAGE_MODES.find((mode) => mode === options.storageMode);
      if (storageMode === undefined) {
        throw new UsageError(
          `--storage-mode "${options.storageMode}" is none of ${STORAGE_MODES.join(', ')}`,
        );
      }
      await session.withStore(command, async ({ store, output, scope, settings }) => {
        const { openCloudFormation, openLambda, updateFunction } = loadCloudFormation();
        const client = clientSettings(settings, options);
        const lambda = await openLambda(client);
        const cloudFormation = await openCloudFormation(client);
        try {
          output.progress(`updating ${name}`);
          const report = await updateFunction({
            store,
            lambda,
            place: () => cloudFormation.place(),
            function: name,
            artifact: options.artifact,
            publish: options.publish === true,
            storageMode,
            ...scope,
          });
          await show(report, output);
        } finally {
          lambda.close();
          cloudFormation.close();
        }
      });
    });
}

async function show(report: UpdateFunctionReport, output: Output): Promise<void> {
  const { version, storageMode, settled, drift } = report;
  output.message(`${report.function} runs ${shortName(version)} (storage mode ${storageMode.toLowerCase()})`);
  await output.result(report, () => [version.arn]);
  if (drift !== undefined) output.warning(describeDrift(drift));
  if (settled.undecided.length > 0) throw new UndecidedError(0, settled.undecided);
}

function describeDrift({ stackId, logicalId, stackHolds }: Drift): string {
  const says = stackHolds.map(({ version }) => shortName(version)).join(', ');
  const other = says === '' ? 'another code' : says;
  return `the stack ${stackId} made this function as ${logicalId} and says ${other}: it will put that back when it changes the function`;
}
