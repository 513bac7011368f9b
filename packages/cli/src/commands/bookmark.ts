import { InvalidArgumentError, type Command } from 'commander';
import type { BookmarkMove } from '@holdfast/core';
import { parseCount, requireArtifact } from '../arguments.js';
import { examples, REFERENCE_HELP } from '../help.js';
import { renderTable } from '../render/table.js';
import { formatInstant } from '../render/values.js';
import type { Session } from '../session.js';

const ARTIFACT_HELP = 'ID or ARN of the artifact';

export function declareBookmark(program: Command, session: Session): void {
  const bookmark = program
    .command('bookmark')
    .summary('set, list and delete bookmarks')
    .description('A bookmark is a movable name on an artifact, such as prod. Every move is kept as history.')
    .addHelpText('after', examples('holdfast bookmark set payments/api:3 prod'));
  declareSet(bookmark, session);
  declareListAndHistory(bookmark, session);
  declareDelete(bookmark, session);
}

function declareSet(bookmark: Command, session: Session): void {
  bookmark
    .command('set')
    .description('Sets a bookmark to a version, or moves it there.')
    .argument('<ref>', REFERENCE_HELP)
    .argument('<name>', 'name of the bookmark')
    .option(
      '--expect <number>',
      'only if it stands on this version now, or "none" if there is none',
      parseExpected,
    )
    .addHelpText('after', examples('holdfast bookmark set payments/api:3 prod --expect 2'))
    .action(async (ref: string, name: string, options: { expect?: number | null }, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const expected = options.expect === undefined ? {} : { expected: options.expect };
        const set = await store.setBookmark(ref, name, { ...scope, ...expected });
        output.message(`bookmark ${set.id}:${set.name} is on version ${set.number}`);
        await output.result({ bookmark: set }, () => [set.arn]);
      });
    });
}

function declareListAndHistory(bookmark: Command, session: Session): void {
  bookmark
    .command('list')
    .description('Lists the bookmarks of an artifact.')
    .argument('<artifact>', ARTIFACT_HELP)
    .addHelpText('after', examples('holdfast bookmark list payments/api'))
    .action(async (artifact: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const { id, ...place } = { ...scope, ...requireArtifact(artifact) };
        const bookmarks = await store.listBookmarks(id, place);
        const rows = bookmarks.map((it) => [
          it.name,
          String(it.number),
          formatInstant(it.movedAt),
          it.movedBy,
        ]);
        await output.result({ bookmarks }, () =>
          renderTable(['bookmark', 'version', 'moved', 'by'], rows, output.palette),
        );
        if (bookmarks.length === 0) output.message(`no bookmarks on ${id}`);
      });
    });
  bookmark
    .command('history')
    .description('Shows every move of a bookmark.')
    .argument('<artifact>', ARTIFACT_HELP)
    .argument('<name>', 'name of the bookmark')
    .addHelpText('after', examples('holdfast bookmark history payments/api prod'))
    .action(async (artifact: string, name: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const { id, ...place } = { ...scope, ...requireArtifact(artifact) };
        const moves = await store.bookmarkHistory(id, name, place);
        await output.result({ moves }, () =>
          renderTable(['move', 'from', 'to', 'when', 'by'], moves.map(moveRow), output.palette),
        );
        if (moves.length === 0) output.message(`bookmark ${id}:${name} was never set`);
      });
    });
}

function declareDelete(bookmark: Command, session: Session): void {
  bookmark
    .command('delete')
    .description('Deletes a bookmark; its history stays. The version that it stands on stays too.')
    .argument('<artifact>', ARTIFACT_HELP)
    .argument('<name>', 'name of the bookmark')
    .addHelpText('after', examples('holdfast bookmark delete payments/api staging'))
    .action(async (artifact: string, name: string, _options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const { id, ...place } = { ...scope, ...requireArtifact(artifact) };
        await store.deleteBookmark(id, name, place);
        output.message(`deleted bookmark ${id}:${name}`);
        if (output.json) await output.result({ deleted: { id, name } }, () => []);
      });
    });
}

function moveRow({ revision, from, to, at, by }: BookmarkMove): readonly string[] {
  return [String(revision), String(from ?? '-'), String(to ?? '-'), formatInstant(at), by];
}

function parseExpected(text: string): number | null {
  if (text === 'none') return null;
  const number = parseCount(text);
  if (number === 0) throw new InvalidArgumentError('Versions count from 1.');
  return number;
}
