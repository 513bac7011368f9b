import type { Command } from 'commander';
import type { AdoptReport } from '@holdfast/cloudformation';
import { EXIT_CODES } from '../exit-codes.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { TOOL } from '../release.js';
import { renderTable } from '../render/table.js';
import { count, formatBytes } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';

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
    .addHelpText(
      'after',
      examples(
        'holdfast adopt payments-api',
        'holdfast adopt s3://my-deployments/payments/',
        'holdfast adopt payments',
      ),
    )
    .action(async (what: string, { id }: { readonly id?: string }, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const { adopt, openCloudFormation, openLambda, openObjects } = loadCloudFormation();
        const lambda = await openLambda();
        const cloudFormation = await openCloudFormation();
        const objects = await openObjects();
        try {
          const context = { store, lambda, cloudFormation, objects, tool: TOOL, ...scope };
          const onAdopted = ({ from }: { readonly from: string }): void => output.progress(`adopted ${from}`);
          const report = await adopt({ ...context, onAdopted, ...(id === undefined ? {} : { id }) }, what);
          await show(report, output);
        } finally {
          for (const client of [lambda, cloudFormation, objects]) client.close();
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
  for (const { message } of doubts) output.warning(message);
  if (doubts.length > 0) process.exitCode = EXIT_CODES.failed;
}
