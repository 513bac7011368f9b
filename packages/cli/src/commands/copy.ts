import type { Command } from 'commander';
import type { CopyReport } from '@holdfast/core';
import { examples } from '../help.js';
import { count, formatBytes } from '../render/values.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';
import { decideSettings } from '@holdfast/core/settings';
import type { GlobalOptions } from '../global-options.js';

interface CopyCommandOptions {
  readonly artifact?: string;
}

export function declareCopy(program: Command, session: Session): void {
  program
    .command('copy')
    .summary('copy artifacts from one store to another')
    .description(
      'Copies live versions and bookmarks from one store to another, and checks every byte. Copies all repositories unless --repository names one. A copy that broke off is simply repeated.',
    )
    .argument('<from>', 'URL of the store to read')
    .argument('<to>', 'URL of the store to write')
    .option('--artifact <prefix>', 'only the artifacts at or below this ID')
    .addHelpText(
      'after',
      examples('holdfast copy file:.holdfast aws:', 'holdfast copy aws: file:backup --artifact payments'),
    )
    .action(async (from: string, to: string, options: CopyCommandOptions, command: Command) => {
      const globals = command.optsWithGlobals<GlobalOptions>();
      const urlOf = (store: string) => ({ store: decideSettings({ ...globals, store }, session.host).store });
      await session.withStore(
        command,
        async ({ store: source }) =>
          session.withStore(
            command,
            async ({ store: target, output }) => {
              const report = await target.copyFrom(source, {
                ...(globals.repository === undefined ? {} : { repository: globals.repository }),
                ...(options.artifact === undefined ? {} : { prefix: options.artifact }),
              });
              await output.result(report, () => []);
              tell(report, output);
            },
            urlOf(to),
          ),
        urlOf(from),
      );
    });
}

function tell(report: CopyReport, output: Output): void {
  const { artifacts, copied, existing, bytes, bookmarks } = report;
  output.message(
    `copied ${count(copied, 'version')} of ${count(artifacts, 'artifact')}, ${formatBytes(bytes)}, and ${count(bookmarks, 'bookmark')}; ${count(existing, 'version')} ${existing === 1 ? 'was' : 'were'} there already`,
  );
  if (output.json) return;
  for (const { from, to } of report.renumbered) output.warning(`another number: ${from} is ${to}`);
  for (const arn of report.condemned) output.warning(`not copied, because it is deleted: ${arn}`);
  for (const { arn, number, wanted } of report.bookmarksLeft) {
    output.warning(`left where it stands: ${arn} is on version ${number}; the copied one is on ${wanted}`);
  }
}
