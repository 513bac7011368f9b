import type { Command } from 'commander';
import type { AdoptReport } from '@holdfast/cloudformation';
import { clientSettings, REGION_HELP } from '../client-settings.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { TOOL } from '../release.js';
import { UndecidedError } from '../undecided-error.js';
import { renderTable } from '../render/table.js';
import { count, formatBytes } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';

interface AdoptOptions {
  readonly id?: string;
  readonly region?: string;
}

export function declareAdopt(program: Command, session: Session): void {
  program
    .command('adopt')
    .summary('take code that runs already into the repository')
    .description(
      'Publishes what a function, a layer version, a stack or a bucket prefix has already, and registers who runs it. Deploys nothing: ' +
        'everything goes on with the code from where it has it.',
    )
    .argument('<what>', 'function, ARN of a layer version, stack, or s3://bucket/prefix')
    .option('--id <id>', 'ID of the artifact; for a stack or a bucket what the IDs begin with')
    .option('--region <region>', REGION_HELP)
    .addHelpText(
      'after',
      examples(
        'holdfast adopt payments-api',
        'holdfast adopt s3://my-deployments/payments/',
        'holdfast adopt payments',
      ),
    )
    .action(async (what: string, options: AdoptOptions, command: Command) => {
      await session.withStore(command, async ({ store, output, scope, settings }) => {
        const { adopt, openCloudFormation, openLambda, openObjects } = loadCloudFormation();
        const { id } = options;
        const client = clientSettings(settings, options);
        const lambda = await openLambda(client);
        const cloudFormation = await openCloudFormation(client);
        const objects = await openObjects(client);
        try {
          const context = { store, lambda, cloudFormation, objects, tool: TOOL, ...scope };
          const onAdopted = ({ from }: { readonly from: string }): void => output.progress(`adopted ${from}`);
          const report = await adopt({ ...context, onAdopted, ...(id === undefined ? {} : { id }) }, what);
          await show(report, output);
        } finally {
          for (const it of [lambda, cloudFormation, objects]) it.close();
        }
      });
    });
}

async function show(report: AdoptReport, output: Output): Promise<void> {
  const { adopted, settled, failures } = report;
  const rows = adopted.map(({ outcome, version, from }) => [
    outcome,
    shortName(version),
    formatBytes(version.size),
    from,
  ]);
  await output.result(report, () =>
    renderTable(['outcome', 'version', 'size', 'from'], rows, output.palette),
  );
  const references = settled.reduce((sum, { added }) => sum + added.length, 0);
  const fresh = adopted.filter(({ outcome }) => outcome === 'adopted').length;
  output.message(
    `adopted ${fresh} of ${count(adopted.length, 'code')}, ${count(references, 'reference')} added`,
  );
  const doubts = [...failures, ...settled.flatMap(({ undecided }) => undecided)];
  if (doubts.length > 0) throw new UndecidedError(0, doubts);
}
