import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { LifecycleRecord } from '@holdfast/core';
import { parseCount } from '../arguments.js';
import { examples } from '../help.js';
import type { Host } from '../host.js';
import { loadYaml } from '../lazy-modules.js';
import { renderLifecycle } from '../render/lifecycle.js';
import type { Session } from '../session.js';
import { codeOf } from '../system-errors.js';
import { UsageError } from '../usage-error.js';

interface ChangeOptions {
  readonly expected?: number;
}

const EXPECTED = [
  '--expected <revision>',
  'only when it has this revision; 0 when there never was one',
  parseCount,
] as const;

export function declareLifecycle(program: Command, session: Session): void {
  const lifecycle = program
    .command('lifecycle')
    .summary('say which versions expire')
    .description(
      'Keeps the rules by which gc lets versions expire that nobody deletes. Used, pinned and bookmarked versions never do, ' +
        'and without rules nothing does.',
    )
    .addHelpText('after', examples('holdfast lifecycle set lifecycle.yaml', 'holdfast gc'));
  declareSet(lifecycle, session);
  lifecycle
    .command('show')
    .description("Shows the repository's lifecycle.")
    .addHelpText('after', examples('holdfast lifecycle show'))
    .action(async (_options: object, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const record = await store.getLifecycle(scope);
        await output.result(resultOf(record), () => renderLifecycle(record, output.palette));
        if (record?.lifecycle === undefined) output.message('there is no lifecycle: nothing expires');
      });
    });
  lifecycle
    .command('delete')
    .description("Takes the repository's lifecycle away: nothing expires any more.")
    .option(...EXPECTED)
    .addHelpText('after', examples('holdfast lifecycle delete'))
    .action(async ({ expected }: ChangeOptions, command: Command) => {
      await session.withStore(command, async ({ store, output, scope }) => {
        const record = await store.setLifecycle(undefined, { ...scope, ...withRevision(expected) });
        output.message(`repository ${record.repository} has no lifecycle any more: nothing expires`);
        if (output.json) await output.result(resultOf(record), () => []);
      });
    });
}

function declareSet(lifecycle: Command, session: Session): void {
  lifecycle
    .command('set')
    .description(
      'Sets the repository\'s lifecycle from a YAML or JSON file. Rules have "prefix", "keepLast", "keepDays", ' +
        '"keepDaysSinceRelease" and "keepLabelled"; a version that any rule keeps is kept, and one that no rule covers. ' +
        '"rollback" is how many former versions of each stack slot stay, 1 when absent.',
    )
    .argument('<file>', 'the rules, or - for standard input')
    .option(...EXPECTED)
    .addHelpText(
      'after',
      examples(
        'holdfast lifecycle set lifecycle.yaml',
        `echo '{rules: [{prefix: payments, keepLast: 10, keepDays: 30}]}' | holdfast lifecycle set -`,
      ),
    )
    .action(async (file: string, { expected }: ChangeOptions, command: Command) => {
      const rules = await readRules(file, session.host);
      await session.withStore(command, async ({ store, output, scope }) => {
        const record = await store.setLifecycle(rules, { ...scope, ...withRevision(expected) });
        await output.result(resultOf(record), () => renderLifecycle(record, output.palette));
        output.message('see what expires with: holdfast gc');
      });
    });
}

const withRevision = (expected: number | undefined): ChangeOptions =>
  expected === undefined ? {} : { expected };

const resultOf = (record: LifecycleRecord | undefined): object =>
  record === undefined ? {} : { lifecycle: record };

/** Reads YAML, of which JSON is a part. Nothing at all is no lifecycle, and refused like any other value that is none. */
async function readRules(file: string, { stdin }: Host): Promise<unknown> {
  const written =
    file === '-'
      ? await text(stdin)
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw new UsageError(`"${file}" cannot be read (${codeOf(error)})`);
        });
  const document = loadYaml().parseDocument(written, { prettyErrors: false });
  const wrong = document.errors[0];
  if (wrong !== undefined) throw new UsageError(`"${file}" is not valid YAML or JSON: ${wrong.message}`);
  return document.toJS() ?? null;
}
