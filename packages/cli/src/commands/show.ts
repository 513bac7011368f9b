import type { Command } from 'commander';
import type { Bookmark, Version } from '@holdfast/core';
import { artifactNamed, type ArtifactName } from '../arguments.js';
import { examples } from '../help.js';
import { loadCore } from '../lazy-modules.js';
import type { Palette } from '../render/palette.js';
import { renderTable } from '../render/table.js';
import { formatBytes, formatInstant } from '../render/values.js';
import { renderVersion, shortCommit } from '../render/version.js';
import type { Session, Work } from '../session.js';

export function declareShow(program: Command, session: Session): void {
  program
    .command('show')
    .summary('show the versions of an artifact, or one version')
    .description(
      'Shows the versions and bookmarks of an artifact, or everything that is known of one version.',
    )
    .argument(
      '<ref>',
      'artifact (payments/api) or version (payments/api:3, payments/api:prod, sha256:<hex>, any ARN)',
    )
    .addHelpText('after', examples('holdfast show payments/api', 'holdfast show payments/api:3'))
    .action(async (ref: string, _options: object, command: Command) => {
      await session.withStore(command, async (work) => {
        const artifact = artifactNamed(ref);
        await (artifact === undefined
          ? showVersion(ref, work)
          : showArtifact({ ...work.scope, ...artifact }, work));
      });
    });
}

async function showVersion(ref: string, { store, output, scope }: Work): Promise<void> {
  const version = await store.describe(ref, scope);
  await output.result({ version }, () => renderVersion(version, output.palette));
}

async function showArtifact(artifact: ArtifactName, { store, output }: Work): Promise<void> {
  const { id, repository = 'default' } = artifact;
  const versions: Version[] = [];
  for await (const version of store.listVersions(id, { repository })) versions.push(version);
  if (versions.length === 0) {
    const { HoldfastError } = loadCore();
    throw new HoldfastError('not-found', `there is no artifact "${id}" in repository "${repository}"`, {
      hint: 'holdfast list shows those that there are.',
    });
  }
  const bookmarks = await store.listBookmarks(id, { repository });
  await output.result({ id, repository, versions, bookmarks }, () =>
    renderVersions(versions, bookmarks, output.palette),
  );
}

function renderVersions(
  versions: readonly Version[],
  bookmarks: readonly Bookmark[],
  palette: Palette,
): readonly string[] {
  const rows = versions.map((version) => [
    String(version.number),
    version.state,
    formatBytes(version.size),
    formatInstant(version.publishedAt),
    version.digest.slice(0, 19),
    bookmarks.flatMap(({ name, number }) => (number === version.number ? [name] : [])).join(', '),
    shortCommit(version.provenance),
  ]);
  return renderTable(
    ['version', 'state', 'size', 'published', 'digest', 'bookmarks', 'commit'],
    rows,
    palette,
  );
}
