import type { Command } from 'commander';
import type { EventRecord } from '@holdfast/core';
import { parseCount } from '../arguments.js';
import { examples } from '../help.js';
import { printable } from '../render/printable.js';
import { formatInstant } from '../render/values.js';
import type { Session } from '../session.js';

export function declareEvents(program: Command, session: Session): void {
  program
    .command('events')
    .summary('print what happened')
    .description(
      'Prints the events of the store in their order: what was published, moved, deleted, refused, referenced.',
    )
    .option('--after <number>', 'only events after this number', parseCount)
    .addHelpText('after', examples('holdfast events --after 120 --json'))
    .action(async (options: { readonly after?: number }, command: Command) => {
      await session.withStore(command, async ({ store, output }) => {
        const events = store.events(options.after === undefined ? {} : { after: options.after });
        await output.stream('events', events, renderEvent);
      });
    });
}

function renderEvent(event: EventRecord): string {
  const what = event['detail-type'].replace(/^Holdfast /, '').toLowerCase();
  return printable(
    `${event.sequence}  ${formatInstant(event.time)}  ${what.padEnd(20)}  ${event.resources.join(' ')}`,
  );
}
