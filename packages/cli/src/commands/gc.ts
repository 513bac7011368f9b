import type { Command } from 'commander';
import type { GcReport } from '@holdfast/core';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { renderTable } from '../render/table.js';
import { count, formatBytes } from '../render/values.js';
import type { Session } from '../session.js';

interface GcOptions extends ConfirmOptions {
  readonly dryRun?: boolean;
}

export function declareGc(program: Command, session: Session): void {
  program
    .command('gc')
    .summary('remove what was deleted and can no longer be restored')
    .description(
      'Removes deleted versions whose recovery window has ended, and content that no version needs. Says why, item by item.',
    )
    .option('--dry-run', 'only say what would be done')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast gc --dry-run', 'holdfast gc --yes'))
    .action(async (options: GcOptions, command: Command) => {
      if (!options.dryRun) requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output, scope }) => {
        if (!options.dryRun && !options.yes) {
          const { removed, bytes } = summary(await store.gc({ ...scope, dryRun: true }));
          if (removed > 0) {
            await confirm(`Remove ${count(removed, 'item')} (${formatBytes(bytes)})?`, options, session.host);
          }
        }
        const report = await store.gc({ ...scope, dryRun: options.dryRun === true });
        const rows = report.items.map((it) => [it.action, formatBytes(it.size), it.arn, it.reason]);
        await output.result(report, () =>
          renderTable(['action', 'size', 'what', 'reason'], rows, output.palette),
        );
        const { removed, bytes } = summary(report);
        const verb = report.dryRun ? 'would remove' : 'removed';
        output.message(`${verb} ${count(removed, 'item')}, ${formatBytes(bytes)}`);
      });
    });
}

function summary({ items, freedBytes }: GcReport): { removed: number; bytes: number } {
  return { removed: items.filter(({ action }) => action === 'remove').length, bytes: freedBytes };
}
