import type { Command } from 'commander';
import type { IdentifiedCode, IdentifiedVersion, WhatIs } from '@holdfast/cloudformation';
import { clientSettings, REGION_HELP } from '../client-settings.js';
import { examples } from '../help.js';
import { loadCloudFormation } from '../lazy-modules.js';
import type { Output } from '../output.js';
import { renderFields } from '../render/table.js';
import { formatInstant } from '../render/values.js';
import { UndecidedError } from '../undecided-error.js';
import type { Session } from '../session.js';

export function declareWhatis(program: Command, session: Session): void {
  program
    .command('whatis')
    .summary('say which versions a function, layer, stack or resource runs')
    .description(
      'Finds the versions that a function, a layer version, a stack or any resource of a stack runs, by the digest of the code: ' +
        'whoever deployed it, and without a tag. Also takes a digest or a CodeSha256.',
    )
    .argument('<what>', 'function[:version or alias], ARN, stack, physical ID, sha256:<hex> or CodeSha256')
    .option('--region <region>', REGION_HELP)
    .addHelpText(
      'after',
      examples(
        'holdfast whatis payments-api',
        'holdfast whatis payments-api:live',
        'holdfast whatis payments',
      ),
    )
    .action(async (what: string, options: { readonly region?: string }, command: Command) => {
      await session.withStore(command, async ({ store, output, scope, settings }) => {
        const { openCloudFormation, openLambda, openResourceFinder, whatIs } = loadCloudFormation();
        const client = clientSettings(settings, options);
        const opened: { close(): void }[] = [];
        const keep = <T extends { close(): void }>(it: T): T => {
          opened.push(it);
          return it;
        };
        try {
          const found = await whatIs({
            store,
            what,
            ...scope,
            aws: async () => ({
              lambda: keep(await openLambda(client)),
              cloudFormation: keep(await openCloudFormation(client)),
              resources: keep(await openResourceFinder(client)),
            }),
          });
          await output.result(found, () => render(found, output));
          if (found.undecided.length > 0) throw new UndecidedError(0, found.undecided);
        } finally {
          for (const it of opened) it.close();
        }
      });
    });
}

function render({ kind, name, codes }: WhatIs, output: Output): readonly string[] {
  const lines = [`${output.palette.bold(name)}${kind === 'content' ? '' : ` (${kind})`}`];
  for (const code of codes) lines.push(...renderCode(code, output));
  if (codes.length === 0) lines.push('  nothing that Holdfast knows of');
  return lines;
}

function renderCode(code: IdentifiedCode, { palette }: Output): readonly string[] {
  const { slot, aliases, digest, resolved, versions } = code;
  const through = aliases.length === 0 ? '' : ` (alias ${aliases.join(', ')})`;
  const lines = slot === '' ? [] : [`  ${slot}${through}`];
  if (versions.length === 0) {
    lines.push(`    ${digest ?? 'an image, or a code that nobody could look at'}`);
    if (digest !== undefined) lines.push('    not in this store; holdfast adopt takes it in');
  }
  if (resolved?.S3Bucket !== undefined) {
    lines.push(`    read from s3://${resolved.S3Bucket}/${resolved.S3Key ?? ''}`);
  }
  for (const found of versions)
    lines.push(...renderFields(fieldsOf(found), palette).map((line) => `    ${line}`));
  return lines;
}

function fieldsOf({ version, bookmarks, references }: IdentifiedVersion) {
  const { provenance } = version;
  const through = [...new Set(references.flatMap(({ bookmark }) => bookmark ?? []))];
  const dirty = provenance.dirty === true ? ' (dirty)' : '';
  const commit = provenance.commit === undefined ? undefined : `${provenance.commit}${dirty}`;
  return [
    ['version', version.arn],
    ['through', through.length === 0 ? undefined : through.join(', ')],
    ['bookmarks', bookmarks.length === 0 ? undefined : bookmarks.join(', ')],
    ['commit', commit],
    ['source', provenance.repositoryUrl],
    ['published', `${formatInstant(version.publishedAt)} by ${version.publishedBy}`],
  ] as const;
}
