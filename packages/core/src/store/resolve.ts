import { checkDigest, checkRepositoryName } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import type { Version, VersionRecord } from '../model.js';
import type { Catalog } from '../ports/index.js';
import { bookmarkArn, withArn, type StoreContext } from './context.js';
import { describeName, parseVersionName, type VersionName } from './name-version.js';
import type { Resolution } from './types.js';

/** The version that a name stands for, in whatever state. Throws `not-found` when there is none. */
export async function findNamed(
  context: StoreContext,
  text: string,
  repository: string,
): Promise<Resolution> {
  const { identity, engine } = context;
  const name = parseVersionName(text, identity, repository);
  const { record, through } = await lookUp(engine.catalog, name);
  if (record === undefined || record.state === 'deleted') throw notFound(name, record);
  return {
    version: withArn(identity, record),
    ...(through === undefined ? {} : { through: bookmarkArn(identity, through) }),
  };
}

/** The live version that a name stands for at this moment. Throws `not-found`, also for a condemned one. */
export async function resolveNamed(
  context: StoreContext,
  text: string,
  repository: string,
): Promise<Resolution> {
  const resolution = await findNamed(context, text, repository);
  const { version } = resolution;
  if (version.state === 'live') return resolution;
  throw new HoldfastError(
    'not-found',
    `${version.arn} was deleted and can be restored until ${version.purgeAfter}`,
    {
      hint: `Restore it with: holdfast undelete ${version.arn}`,
    },
  );
}

/** The live versions of a content, newest first; if wanted the condemned ones after them. */
export async function findContent(
  { identity, engine }: StoreContext,
  digest: string,
  repository: string,
  condemnedToo: boolean,
): Promise<Version[]> {
  const records = await engine.catalog.versionsOfContent(
    checkRepositoryName(repository),
    checkDigest(digest),
    condemnedToo,
  );
  return records.map((record) => withArn(identity, record));
}

interface Found {
  readonly record: VersionRecord | undefined;
  readonly through?: { readonly repository: string; readonly id: string; readonly name: string };
}

async function lookUp(catalog: Catalog, name: VersionName): Promise<Found> {
  const { repository } = name;
  switch (name.type) {
    case 'version':
      return { record: await catalog.getVersion(name) };
    case 'artifact':
      return { record: await catalog.latestVersion(repository, name.id) };
    case 'content':
      return { record: (await catalog.versionsOfContent(repository, name.digest, true))[0] };
    case 'bookmark': {
      const bookmark = await catalog.getBookmark(repository, name.id, name.name);
      if (bookmark === undefined) return { record: undefined };
      return { record: await catalog.getVersion(bookmark), through: bookmark };
    }
  }
}

function notFound(name: VersionName, record: VersionRecord | undefined): HoldfastError {
  const arn = describeName(name);
  if (record?.state === 'deleted') {
    return new HoldfastError('not-found', `${arn} was deleted for good; its number is not used again`);
  }
  const what = name.type === 'artifact' ? 'has no live version' : 'does not exist';
  return new HoldfastError('not-found', `${arn} ${what}`, { hint: 'See what there is with: holdfast list' });
}
