import type { SurveyedVersion } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { requireRepository } from './rows.js';

/** How many versions are read at one instant. */
const PAGE_SIZE = 2000;

interface RawSurveyed {
  id: string;
  number: number;
  size: number;
  state: 'live' | 'condemned';
  publishedAt: string;
  labels: string;
  purgeAfter: string | null;
  users: number;
  pinners: number;
  bookmarks: string | null;
  releasedAt: string | null;
  formerRank: number | null;
}

type Place = Pick<SurveyedVersion, 'id' | 'number'>;

/** Artifacts in order of their ID, each with its versions; the page after a place. */
export function readSurvey(
  db: SqliteDatabase,
  repository: string,
  id: string | undefined,
  after: Place | undefined,
): SurveyedVersion[] {
  const repositoryId = requireRepository(db, repository);
  const rows = db.all<RawSurveyed>(
    `SELECT a.name AS id, v.number, c.size, v.state, v.published_at AS publishedAt, v.labels, v.purge_after AS purgeAfter,
       (SELECT count(DISTINCT u.consumer_id) FROM usages u WHERE u.version_id = v.id AND u.kind = 'reference') AS users,
       (SELECT count(DISTINCT u.consumer_id) FROM usages u WHERE u.version_id = v.id AND u.kind = 'pin') AS pinners,
       (SELECT group_concat(b.name, ' ' ORDER BY b.name) FROM bookmarks b WHERE b.version_id = v.id) AS bookmarks,
       v.released_at AS releasedAt,
       (SELECT min(f.rank) FROM former_uses f WHERE f.version_id = v.id) AS formerRank
     FROM artifacts a CROSS JOIN versions v ON v.artifact_id = a.id CROSS JOIN contents c ON c.id = v.content_id
     WHERE a.repository_id = ? AND a.name >= ? AND a.name <= ? AND (a.name > ? OR v.number > ?) AND v.state <> 'deleted'
     ORDER BY a.name, v.number LIMIT ${PAGE_SIZE}`,
    repositoryId,
    after?.id ?? id ?? '',
    id ?? '\u{10FFFF}',
    after?.id ?? '',
    after?.number ?? 0,
  );
  return rows.map((raw) => toSurveyed(repository, raw));
}

function toSurveyed(repository: string, raw: RawSurveyed): SurveyedVersion {
  const { id, number, size, state, publishedAt, users, pinners } = raw;
  return {
    ...{ repository, id, number, size, state, publishedAt, users, pinners },
    labels: raw.labels === '{}' ? {} : (JSON.parse(raw.labels) as Record<string, string>),
    bookmarks: raw.bookmarks === null ? [] : raw.bookmarks.split(' '),
    ...(raw.purgeAfter === null ? {} : { purgeAfter: raw.purgeAfter }),
    ...(raw.releasedAt === null ? {} : { releasedAt: raw.releasedAt }),
    ...(raw.formerRank === null ? {} : { formerRank: raw.formerRank }),
  };
}

/** Page after page until one is not full. */
export async function* surveyPages(
  read: (after: Place | undefined) => Promise<SurveyedVersion[]>,
): AsyncGenerator<SurveyedVersion[]> {
  let after: Place | undefined;
  for (;;) {
    const page = await read(after);
    if (page.length > 0) yield page;
    if (page.length < PAGE_SIZE) return;
    after = page.at(-1);
  }
}
