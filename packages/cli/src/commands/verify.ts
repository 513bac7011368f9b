import type { Command } from 'commander';
import { EXIT_CODES } from '../exit-codes.js';
import { examples } from '../help.js';
import { openRepairSource } from '../repair-source.js';
import { renderTable } from '../render/table.js';
import { count, formatBytes } from '../render/values.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface VerifyOptions {
  readonly repair?: boolean;
  readonly from?: string;
}

export function declareVerify(program: Command, session: Session): void {
  program
    .command('verify')
    .summary('read everything and check it')
    .description(
      'Reads every content and checks its digest, and that of the directory it was packed from. Fails when something is wrong and was not repaired.',
    )
    .option('--repair', 'restore what is missing or damaged, with --from')
    .option(
      '--from <source>',
      'a file, a folder of files or the URL of another store, to take good bytes from',
    )
    .addHelpText('after', examples('holdfast verify', 'holdfast verify --repair --from handler.zip'))
    .action(async (options: VerifyOptions, command: Command) => {
      if ((options.repair === true) !== (options.from !== undefined)) {
        throw new UsageError(
          options.repair ? '--repair needs --from' : '--from needs --repair',
          'Name a source of good bytes.',
        );
      }
      await session.withStore(command, async ({ store, output, scope }) => {
        const source =
          options.from === undefined ? undefined : await openRepairSource(options.from, session.host.cwd);
        try {
          const report = await store.verify({
            ...scope,
            ...(source === undefined ? {} : { repairFrom: source.find }),
          });
          const rows = report.problems.map((it) => [
            it.problem,
            it.repaired ? 'repaired' : 'not repaired',
            it.arn,
          ]);
          await output.result(report, () => renderTable(['problem', 'state', 'what'], rows, output.palette));
          const open = report.problems.filter(({ repaired }) => !repaired).length;
          output.message(
            `checked ${count(report.contents, 'content')}, ${formatBytes(report.bytes)}: ${open === 0 ? 'all good' : count(open, 'problem')}`,
          );
          if (open > 0) process.exitCode = EXIT_CODES.failed;
        } finally {
          await source?.close();
        }
      });
    });
}
