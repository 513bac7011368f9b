import type { Command } from 'commander';
import type { GcReport } from '@holdfast/core';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { tableLines } from '../render/table.js';
import { count, formatBytes } from '../render/values.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface GcOptions extends ConfirmOptions {
  readonly apply?: boolean;
  readonly dryRun?: boolean;
}

export function declareGc(program: Command, session: Session): void {
  program
    .command('gc')
    .summary('say what can go, and with --apply let it go')
    .description(
      'Says of every version and content what becomes of it, and why. With --apply it deletes what the lifecycle lets expire, ' +
        'which can be restored until its recovery window ends, and removes for good what was deleted and whose window has ended.',
    )
    .option('--apply', 'do it; without, nothing is changed')
    .option('--dry-run', 'only say what would be done, which is the default')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast gc', 'holdfast gc --apply --yes'))
    .action(async (options: GcOptions, command: Command) => {
      const { apply = false } = options;
      if (apply && options.dryRun) throw new UsageError('--apply and --dry-run exclude each other');
      if (apply) requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output, scope }) => {
        if (apply && !options.yes) {
          const planned = changesIn(await store.gc({ ...scope, dryRun: true }));
          if (planned.any) await confirm(`${planned.ask}?`, options, session.host);
        }
        const report = await store.gc({ ...scope, dryRun: !apply });
        await output.result(report, () =>
          tableLines(
            ['action', 'size', 'what', 'reason'],
            report.items.map((it) => [it.action, formatBytes(it.size), it.arn, it.reason]),
            output.palette,
          ),
        );
        const { any, done, planned } = changesIn(report);
        output.message(report.dryRun ? planned : done);
        if (report.dryRun && any) output.message('nothing was changed; do it with: holdfast gc --apply');
      });
    });
}

/** What a report changes or would change, in the words that each occasion needs. */
function changesIn({ items, freedBytes, condemnedBytes }: GcReport) {
  const expired = items.filter(({ action }) => action === 'condemn').length;
  const removed = items.filter(({ action }) => action === 'remove').length;
  const versions = `${count(expired, 'expired version')} (${formatBytes(condemnedBytes)})`;
  const things = `${count(removed, 'item')} (${formatBytes(freedBytes)})`;
  return {
    any: expired + removed > 0,
    ask: `Delete ${versions} and remove ${things} for good`,
    done: `deleted ${versions}, removed ${things} for good`,
    planned: `would delete ${versions}, remove ${things} for good`,
  };
}
