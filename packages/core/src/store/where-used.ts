import { formatArn } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { BookmarkRecord, VersionKey } from '../model.js';
import type { SurveyedVersion } from '../ports/index.js';
import type { StoreContext } from './context.js';
import { parseVersionName, type VersionName } from './name-version.js';
import { usageEverywhere, type UsageEverywhere } from './replicas/usage-everywhere.js';
import { findNamed } from './resolve.js';
import { surveyArtifact } from './survey.js';
import type { WhereUsed } from './types.js';

/** Who uses what the text names. */
export async function whereUsed(context: StoreContext, text: string, repository: string): Promise<WhereUsed> {
  const name = parseVersionName(text, context.identity, repository);
  const { catalog } = context.engine;
  switch (name.type) {
    case 'version': {
      const { version } = await findNamed(context, text, repository);
      return { arn: version.arn, ...(await usagesOf(context, [version])) };
    }
    case 'content': {
      const versions = await catalog.versionsOfContent(name.repository, name.digest, true);
      if (versions.length === 0) throw absent(name, 'no version names it');
      return { arn: formatArn(name), ...(await usagesOf(context, versions)) };
    }
    case 'artifact': {
      const versions = await surveyArtifact(context, name.repository, name.id);
      if (versions.length === 0) throw absent(name, 'it has no version');
      return { arn: formatArn(name), ...(await usagesOf(context, versions.filter(isUsed))) };
    }
    case 'bookmark': {
      const bookmark = await catalog.getBookmark(name.repository, name.id, name.name);
      const versions = await surveyArtifact(context, name.repository, name.id);
      const { references, unanswered } = await usagesOf(context, versions.filter(isUsed));
      const through = references.filter((reference) => reference.bookmark === name.name);
      if (bookmark === undefined && through.length === 0) throw absent(name, 'nothing came through it');
      return {
        arn: formatArn(name),
        references: through,
        bookmarks: bookmark === undefined ? [] : [bookmark],
        unanswered,
      };
    }
  }
}

function absent(name: VersionName, why: string): HoldfastError {
  return new HoldfastError('not-found', `${formatArn(name)} does not exist: ${why}`, {
    hint: 'See what there is with: holdfast list',
  });
}

const isUsed = ({ users, pinners, bookmarks }: SurveyedVersion): boolean =>
  users + pinners + bookmarks.length > 0;

async function usagesOf(
  context: StoreContext,
  versions: readonly VersionKey[],
): Promise<Omit<WhereUsed, 'arn'>> {
  const found: UsageEverywhere[] = [];
  for (const version of versions) found.push(await usageEverywhere(context, version));
  const silent = found.flatMap(({ replicas }) =>
    replicas.flatMap(({ region, doubt }) => (doubt === undefined ? [] : [[region, doubt] as const])),
  );
  return {
    references: found.flatMap(({ usage }) => usage.references),
    bookmarks: found.flatMap(({ usage }): readonly BookmarkRecord[] => usage.bookmarks),
    unanswered: [...new Map(silent)].map(([region, doubt]) => ({ region, doubt })),
  };
}
