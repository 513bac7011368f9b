import type { Command } from 'commander';
import { examples } from '../help.js';
import { renderTable } from '../render/table.js';
import { formatInstant } from '../render/values.js';
import { shortName } from '../render/version.js';
import type { Session } from '../session.js';

export function declareWhereUsed(program: Command, session: Session): void {
  program
    .command('where-used')
    .summary('say who uses an artifact, a bookmark or a content')
    .description(
      'Names every consumer that uses any version of an artifact, a version, a content, or that came through a bookmark: ' +
        'with slot, version, deployment and since when.',
    )
    .argument(
      '<name>',
      'payments/api (all its versions), payments/api:3, payments/api:prod, sha256:<hex> or any ARN',
    )
    .addHelpText(
      'after',
      examples('holdfast where-used payments/api', 'holdfast where-used payments/api:prod'),
    )
    .action(async (name: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const found = await store.whereUsed(name, scope);
        const rows = [
          ...found.references.map((it) => [
            ...[it.kind, it.consumer, it.slot, shortName(it.version), it.bookmark ?? ''],
            ...[it.deployment, formatInstant(it.since)],
          ]),
          ...found.bookmarks.map((it) => [
            ...['bookmark', `${it.id}:${it.name}`, '', shortName(it), it.name, ''],
            formatInstant(it.movedAt),
          ]),
        ];
        const header = ['kind', 'who', 'slot', 'version', 'bookmark', 'deployment', 'since'];
        await output.result(found, () => renderTable(header, rows, output.palette));
        if (rows.length === 0) output.message(`nothing uses ${found.arn}`);
      });
    });
}
