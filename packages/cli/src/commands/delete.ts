import type { Command } from 'commander';
import { requireVersion } from '../arguments.js';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { formatInstant } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';

const VERSION_HELP = 'payments/api:3 or a version ARN';

export function declareDelete(program: Command, session: Session): void {
  program
    .command('delete')
    .summary('delete a version that nothing uses')
    .description(
      'Deletes a version. Refused, with exit code 3 and the users named, while a stack, a pin or a bookmark uses it. ' +
        'It can be restored until its recovery window ends.',
    )
    .argument('<version>', VERSION_HELP)
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast delete payments/api:3'))
    .action(async (ref: string, options: ConfirmOptions, command: Command) => {
      requireConsent(options, session.host);
      requireVersion(ref);
      await session.withStore(command, async ({ store, output, scope }) => {
        const { arn } = await store.describe(ref, scope);
        await confirm(`Delete ${arn}?`, options, session.host);
        const report = await store.delete(arn);
        const { version, outcome } = report;
        const until =
          version.purgeAfter === undefined
            ? ''
            : `; it can be restored until ${formatInstant(version.purgeAfter)}`;
        output.message(
          `${shortName(version)} ${outcome === 'condemned' ? 'is deleted' : 'was deleted before'}${until}: holdfast undelete ${shortName(version)}`,
        );
        await output.result(report, () => [version.arn]);
      });
    });
}

export function declareUndelete(program: Command, session: Session): void {
  program
    .command('undelete')
    .summary('restore a deleted version')
    .description('Restores a deleted version whose recovery window has not ended.')
    .argument('<version>', VERSION_HELP)
    .addHelpText('after', examples('holdfast undelete payments/api:3'))
    .action(async (ref: string, _options: object, command: Command) => {
      requireVersion(ref);
      await session.withStore(command, async ({ store, output, scope }) => {
        const version = await store.undelete(ref, scope);
        output.message(`${shortName(version)} is ${version.state}`);
        await output.result({ version }, () => [version.arn]);
      });
    });
}
