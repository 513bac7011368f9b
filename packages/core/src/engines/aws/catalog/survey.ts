import type { ReferenceRecord, VersionKey } from '../../../model.js';
import type { SurveyedVersion } from '../../../ports/index.js';
import type { Context } from './context.js';
import { allFormerUses } from './former-uses.js';
import type { BookmarkItem, VersionItem } from './items.js';
import { itemsOf, versionsOf, type Key } from './keys.js';
import { requireRepository } from './repositories.js';

/**
 * Reads the versions of all artifacts, and what keeps them, from one end of their partition to the other; and what slots used before last
 * of all: a reference that goes while the versions are read has left its former use behind by then.
 */
export async function* surveyVersions(
  context: Context,
  repository: string,
  id?: string,
): AsyncGenerator<readonly SurveyedVersion[]> {
  const artifacts: SurveyedVersion[][] = [];
  for await (const versions of surveyArtifacts(context, repository, id)) artifacts.push(versions);
  if (artifacts.length === 0) return requireRepository(context, repository);
  const ranks = await lowestRanks(context, repository);
  for (const versions of artifacts) {
    yield versions.map((version) => {
      const formerRank = ranks.get(placeOf(version));
      return formerRank === undefined ? version : { ...version, formerRank };
    });
  }
}

/** What was read of one artifact so far. */
class ArtifactSurvey {
  readonly id: string;
  readonly #bookmarks = new Map<number, string[]>();
  readonly #uses = new Map<number, ReferenceRecord[]>();
  readonly versions: SurveyedVersion[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Bookmarks and uses come before the versions. */
  add(item: Key): void {
    const part = item.sk.slice(itemsOf(this.id).length);
    if (part.startsWith('bookmark#')) {
      const { number, name } = item as Key & BookmarkItem;
      if (number !== undefined) gather(this.#bookmarks, number, name);
    } else if (part.startsWith('use#')) {
      const use = item as Key & ReferenceRecord;
      gather(this.#uses, use.version.number, use);
    } else {
      const version = item as Key & VersionItem;
      const { number, state } = version;
      if (state === 'deleted') return;
      const uses = this.#uses.get(number) ?? [];
      this.versions.push(surveyed(version, state, uses, this.#bookmarks.get(number) ?? []));
    }
  }
}

/** The versions of each artifact that has any, live or condemned, in order of the artifacts' IDs. */
async function* surveyArtifacts(
  { table }: Context,
  repository: string,
  id: string | undefined,
): AsyncGenerator<SurveyedVersion[]> {
  let artifact: ArtifactSurvey | undefined;
  const range = table.range<Key>(versionsOf(repository), id === undefined ? {} : { prefix: itemsOf(id) });
  for await (const item of range) {
    const owner = item.sk.slice(0, item.sk.indexOf('#'));
    if (artifact?.id !== owner) {
      if (artifact !== undefined && artifact.versions.length > 0) yield artifact.versions;
      artifact = new ArtifactSurvey(owner);
    }
    artifact.add(item);
  }
  if (artifact !== undefined && artifact.versions.length > 0) yield artifact.versions;
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
