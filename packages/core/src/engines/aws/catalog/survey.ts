import type { ReferenceRecord, VersionKey } from '../../../model.js';
import type { SurveyedVersion } from '../../../ports/index.js';
import type { Context } from './context.js';
import { expr } from './expressions.js';
import { allFormerUses } from './former-uses.js';
import type { ArtifactItem, BookmarkItem, VersionItem } from './items.js';
import { artifactsOf, partitionOf, type Key } from './keys.js';
import { requireRepository } from './repositories.js';

/** How many artifacts are read at the same time. */
const ARTIFACTS_AT_ONCE = 16;

/**
 * Reads each artifact's partition, and what slots used before last of all: a reference that goes while the versions are read
 * has left its former use behind by then.
 */
export async function* surveyVersions(
  context: Context,
  repository: string,
  id?: string,
): AsyncGenerator<readonly SurveyedVersion[]> {
  const ids = id === undefined ? await artifactIds(context, repository) : [id];
  const artifacts: SurveyedVersion[][] = [];
  for (let i = 0; i < ids.length; i += ARTIFACTS_AT_ONCE) {
    const some = ids.slice(i, i + ARTIFACTS_AT_ONCE);
    artifacts.push(...(await Promise.all(some.map((one) => surveyArtifact(context, repository, one)))));
  }
  if (artifacts.every(({ length }) => length === 0)) return requireRepository(context, repository);
  const ranks = await lowestRanks(context, repository);
  for (const versions of artifacts) {
    yield versions.map((version) => {
      const formerRank = ranks.get(placeOf(version));
      return formerRank === undefined ? version : { ...version, formerRank };
    });
  }
}

async function artifactIds({ table }: Context, repository: string): Promise<string[]> {
  const ids: string[] = [];
  const range = table.range<ArtifactItem>(artifactsOf(repository), { filter: expr`#kept > ${0}` });
  for await (const { id } of range) ids.push(id);
  return ids;
}

/** Within an artifact's partition bookmarks and uses come before the versions. */
async function surveyArtifact(
  { table }: Context,
  repository: string,
  id: string,
): Promise<SurveyedVersion[]> {
  const bookmarks = new Map<number, string[]>();
  const uses = new Map<number, ReferenceRecord[]>();
  const versions: SurveyedVersion[] = [];
  for await (const item of table.range<Key>(partitionOf(repository, id))) {
    if (item.sk.startsWith('bookmark#')) {
      const { number, name } = item as Key & BookmarkItem;
      if (number !== undefined) gather(bookmarks, number, name);
    } else if (item.sk.startsWith('use#')) {
      const use = item as Key & ReferenceRecord;
      gather(uses, use.version.number, use);
    } else if (item.sk.startsWith('version#')) {
      const version = item as Key & VersionItem;
      const { number, state } = version;
      if (state !== 'deleted') {
        versions.push(surveyed(version, state, uses.get(number) ?? [], bookmarks.get(number) ?? []));
      }
    }
  }
  return versions;
}

function gather<Value>(map: Map<number, Value[]>, number: number, value: Value): void {
  const known = map.get(number);
  if (known === undefined) map.set(number, [value]);
  else known.push(value);
}

function surveyed(
  item: VersionItem,
  state: SurveyedVersion['state'],
  uses: readonly ReferenceRecord[],
  bookmarks: readonly string[],
): SurveyedVersion {
  const { repository, id, number, size, publishedAt, labels, purgeAfter, releasedAt } = item;
  const consumers = (kind: ReferenceRecord['kind']): number =>
    new Set(uses.filter((use) => use.kind === kind).map(({ consumer }) => consumer)).size;
  const pinners = consumers('pin');
  // A use that came after the uses were read is known by the version's count only.
  const atLeast = item.usages > 0 && pinners === 0 ? 1 : 0;
  return {
    ...{ repository, id, number, size, state, publishedAt, labels, pinners, bookmarks },
    users: Math.max(consumers('reference'), atLeast),
    ...(purgeAfter === undefined ? {} : { purgeAfter }),
    ...(releasedAt === undefined ? {} : { releasedAt }),
  };
}

const placeOf = ({ id, number }: VersionKey): string => `${id}:${number}`;

async function lowestRanks(context: Context, repository: string): Promise<Map<string, number>> {
  const ranks = new Map<string, number>();
  for (const { version, rank } of await allFormerUses(context)) {
    if (version.repository !== repository) continue;
    const place = placeOf(version);
    ranks.set(place, Math.min(rank, ranks.get(place) ?? rank));
  }
  return ranks;
}
