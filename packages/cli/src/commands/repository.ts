import type { Command } from 'commander';
import { confirm, requireConsent, type ConfirmOptions } from '../confirm.js';
import { examples } from '../help.js';
import { renderTable } from '../render/table.js';
import { formatInstant } from '../render/values.js';
import type { Session } from '../session.js';

export function declareRepository(program: Command, session: Session): void {
  const repository = program
    .command('repository')
    .summary('create, list and delete repositories')
    .description('A repository is a named set of artifacts. The one called default is always there.')
    .addHelpText('after', examples('holdfast repository create payments'));
  repository
    .command('create')
    .description('Creates a repository.')
    .argument('<name>', 'name of the repository')
    .addHelpText('after', examples('holdfast repository create payments'))
    .action(async (name: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        await store.createRepository(name);
        output.message(`created repository ${name}`);
        if (output.json) await output.result({ repository: name }, () => []);
      });
    });
  repository
    .command('list')
    .description('Lists the repositories.')
    .addHelpText('after', examples('holdfast repository list'))
    .action(async (_options: object, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const repositories = await store.listRepositories();
        const rows = repositories.map(({ name, createdAt }) => [name, formatInstant(createdAt)]);
        await output.result({ repositories }, () =>
          renderTable(['repository', 'created'], rows, output.palette),
        );
      });
    });
  repository
    .command('delete')
    .description('Deletes a repository that holds no version.')
    .argument('<name>', 'name of the repository')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples('holdfast repository delete payments'))
    .action(async (name: string, options: ConfirmOptions, command: Command) => {
      requireConsent(options, session.host);
      await session.withStore(command, async ({ store, output }) => {
        await confirm(`Delete repository ${name}?`, options, session.host);
        await store.deleteRepository(name);
        output.message(`deleted repository ${name}`);
        if (output.json) await output.result({ deleted: { repository: name } }, () => []);
      });
    });
}
