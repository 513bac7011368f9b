import type { Command } from 'commander';
import { examples } from '../help.js';
import type { Session } from '../session.js';

export function declareList(program: Command, session: Session): void {
  program
    .command('list')
    .summary('list artifacts')
    .description('Lists the artifacts of a repository: all, or those at and below a prefix.')
    .argument('[prefix]', 'beginning of IDs, in whole segments')
    .addHelpText('after', examples('holdfast list payments'))
    .action(async (prefix: string | undefined, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const artifacts = store.listArtifacts({ ...scope, ...(prefix === undefined ? {} : { prefix }) });
        const listed = await output.table('artifacts', artifacts, {
          header: ['artifact', 'versions', 'latest'],
          row: ({ id, versions, latest }) => [
            id,
            String(versions),
            latest === undefined ? '-' : String(latest),
          ],
        });
        if (listed === 0)
          output.message(prefix === undefined ? 'no artifacts' : `no artifacts at or below ${prefix}`);
      });
    });
}
