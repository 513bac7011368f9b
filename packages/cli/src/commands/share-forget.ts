import type { Command } from 'commander';
import { byComma } from '../by-comma.js';
import { clientSettings } from '../client-settings.js';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Session } from '../session.js';

interface ForgetOptions extends ConfirmOptions {
  readonly regions?: readonly string[];
}

/** `holdfast share forget`: the consuming account's end of a share. */
export function declareForget(share: Command, session: Session): void {
  share
    .command('forget')
    .summary("end that another account's store is settled with one's own stacks")
    .description(
      "Forgets that stacks of this account use another store, so that settling asks it no more. Reads every stack of the store's region, and of --regions, " +
        'before: while one names a version of that store it is refused with exit code 3. Nothing changes in the other store.',
    )
    .argument('<store>', 'the other store, such as aws://111111111111/eu-west-1')
    .option('--regions <regions...>', 'further regions whose stacks may use it', byComma)
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast share forget aws://111111111111/eu-west-1'))
    .action(async (url: string, options: ForgetOptions, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output, settings }) => {
        const { forgetStore, openCloudFormation } = loadCloudFormation();
        const regions = new Set([store.identity.region, ...(options.regions ?? [])]);
        const openRegion = (region: string) => openCloudFormation(clientSettings(settings, { region }));
        const apis = await Promise.all([...regions].map(openRegion));
        try {
          await confirm(`Forget that this account uses ${url}?`, options, session.host);
          await forgetStore({ store, url, apis, openRegion });
        } finally {
          for (const api of apis) api.close();
        }
        output.message(`${url} is not settled any more`);
        if (output.json) await output.result({ forgotten: url }, () => []);
      });
    });
}
