import type { Command } from 'commander';
import { pipeline } from 'node:stream/promises';
import { examples, REFERENCE_HELP } from '../help.js';
import { formatBytes } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';
import { writeFileWhole } from '../write-file.js';

export function declareGet(program: Command, session: Session): void {
  program
    .command('get')
    .summary('write the content of a version to a file')
    .description(
      'Reads the content of a version, checks its digest, and writes it to a file or to standard output.',
    )
    .argument('<ref>', REFERENCE_HELP)
    .requiredOption('-o, --output <file>', 'file to write, or - for standard output')
    .addHelpText('after', examples('holdfast get payments/api:prod -o handler.zip'))
    .action(async (ref: string, options: { readonly output: string }, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const { version, stream } = await store.open(ref, scope);
        if (options.output === '-') return pipeline(stream, session.host.stdout, { end: false });
        await writeFileWhole(stream, options.output);
        output.message(`wrote ${shortName(version)} (${formatBytes(version.size)}) to ${options.output}`);
        if (output.json) await output.result({ version, file: options.output }, () => []);
      });
    });
}
