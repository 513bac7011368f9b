import type { Command } from 'commander';
import type { EventRecord, WaitingEvent } from '@holdfast/core';
import { parseCount } from '../arguments.js';
import { examples } from '../help.js';
import { printable } from '../render/printable.js';
import { count, formatInstant } from '../render/values.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface EventsOptions {
  readonly after?: number;
  readonly relay?: boolean;
}

export function declareEvents(program: Command, session: Session): void {
  program
    .command('events')
    .summary('print what happened')
    .description(
      'Prints the events of the store in their order: what was published, moved, deleted, refused, referenced.',
    )
    .option('--after <number>', 'only events after this number', parseCount)
    .option('--relay', 'send the events that were not sent yet to the event bus of the store')
    .addHelpText('after', examples('holdfast events --after 120 --json', 'holdfast events --relay'))
    .action(async (options: EventsOptions, command: Command) => {
      if (options.relay === true && options.after !== undefined) {
        throw new UsageError(
          '--relay takes no --after',
          'What was sent already is known; leave --after out.',
        );
      }
      await session.withStore(command, async ({ store, output }) => {
        if (options.relay === true) {
          const report = await store.relayEvents();
          await output.result(report, () => []);
          output.message(`sent ${count(report.sent, 'event')}; all up to number ${report.upTo} are sent`);
          return;
        }
        const events = store.events(options.after === undefined ? {} : { after: options.after });
        let waiting = 0;
        await output.stream(
          'events',
          counted(events, () => waiting++),
          renderEvent,
        );
        if (waiting === 0) return;
        output.message(
          `${count(waiting, 'event')} without a number yet: whoever may write to the store gives them with holdfast events, or holdfast events --relay`,
        );
      });
    });
}

type Told = EventRecord | WaitingEvent;

async function* counted(events: AsyncIterable<Told>, onWaiting: () => void): AsyncGenerator<Told> {
  for await (const event of events) {
    if (!('sequence' in event)) onWaiting();
    yield event;
  }
}

function renderEvent(event: Told): string {
  const what = event['detail-type'].replace(/^Holdfast /, '').toLowerCase();
  const number = 'sequence' in event ? String(event.sequence) : '-';
  return printable(
    `${number}  ${formatInstant(event.time)}  ${what.padEnd(20)}  ${event.resources.join(' ')}`,
  );
}
