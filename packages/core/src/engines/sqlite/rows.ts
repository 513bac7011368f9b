import { HoldfastError } from '../../errors.js';
import { checkDigest, quote, type Digest } from '../../arn/index.js';
import type {
  BookmarkRecord,
  Provenance,
  ReferenceRecord,
  VersionKey,
  VersionRecord,
  VersionState,
} from '../../model.js';
import type { SqliteDatabase } from './database.js';

/** A version as the catalog's own functions see it: the record, and the row numbers behind it. */
export interface VersionRow {
  readonly rowId: number;
  readonly artifactId: number;
  readonly contentId: number;
  readonly record: VersionRecord;
}

interface RawVersion {
  row_id: number;
  artifact_id: number;
  content_id: number;
  repository: string;
  id: string;
  number: number;
  digest: string;
  size: number;
  tree_digest: string | null;
  media_type: string;
  state: VersionState;
  published_at: string;
  published_by: string;
  labels: string;
  provenance: string;
  condemned_at: string | null;
  purge_after: string | null;
}

const SELECT_VERSION = `
  SELECT v.id AS row_id, v.artifact_id, v.content_id, r.name AS repository, a.name AS id, v.number, c.digest, c.size,
    v.tree_digest, v.media_type, v.state, v.published_at, v.published_by, v.labels, v.provenance, v.condemned_at, v.purge_after
  FROM versions v JOIN artifacts a ON a.id = v.artifact_id JOIN repositories r ON r.id = a.repository_id
    JOIN contents c ON c.id = v.content_id`;

function toVersionRow(raw: RawVersion): VersionRow {
  const record: VersionRecord = {
    repository: raw.repository,
    id: raw.id,
    number: raw.number,
    digest: checkDigest(raw.digest),
    size: raw.size,
    mediaType: raw.media_type,
    state: raw.state,
    publishedAt: raw.published_at,
    publishedBy: raw.published_by,
    labels: JSON.parse(raw.labels) as Record<string, string>,
    provenance: JSON.parse(raw.provenance) as Provenance,
    ...(raw.tree_digest === null ? {} : { treeDigest: raw.tree_digest }),
    ...(raw.condemned_at === null ? {} : { condemnedAt: raw.condemned_at }),
    ...(raw.purge_after === null ? {} : { purgeAfter: raw.purge_after }),
  };
  return { rowId: raw.row_id, artifactId: raw.artifact_id, contentId: raw.content_id, record };
}

/** Versions that meet a condition over `v`, `a`, `r` and `c`, which may be followed by an order and a limit. */
export function selectVersions(db: SqliteDatabase, condition: string, ...values: unknown[]): VersionRow[] {
  return db.all<RawVersion>(`${SELECT_VERSION} WHERE ${condition}`, ...values).map(toVersionRow);
}

export function findVersion(db: SqliteDatabase, key: VersionKey): VersionRow | undefined {
  const { repository, id, number } = key;
  return selectVersions(db, 'r.name = ? AND a.name = ? AND v.number = ?', repository, id, number)[0];
}

/** The row number of a repository that exists. Throws `not-found`. */
export function requireRepository(db: SqliteDatabase, name: string): number {
  const row = db.get<{ id: number }>(
    'SELECT id FROM repositories WHERE name = ? AND deleted_at IS NULL',
    name,
  );
  if (row === undefined) {
    throw new HoldfastError('not-found', `repository ${quote(name)} does not exist`, {
      hint: `Create it with: holdfast repository create ${name}`,
    });
  }
  return row.id;
}

export interface ContentRow {
  readonly id: number;
  readonly digest: Digest;
  readonly size: number;
  readonly generation: number;
  readonly state: 'pending' | 'stored' | 'removing' | 'removed';
}

export function findContent(db: SqliteDatabase, repository: string, digest: Digest): ContentRow | undefined {
  return db.get<ContentRow>(
    `SELECT c.id, c.digest, c.size, c.generation, c.state FROM contents c
     JOIN repositories r ON r.id = c.repository_id WHERE r.name = ? AND c.digest = ?`,
    repository,
    digest,
  );
}

interface RawReference {
  kind: 'reference' | 'pin';
  repository: string;
  id: string;
  number: number;
  consumer: string;
  slot: string;
  deployment: string;
  bookmark: string | null;
  since: string;
}

/** References and pins that meet a condition over `u` (usages), `v`, `a`, `r` and `k` (consumers), oldest first. */
export function selectReferences(
  db: SqliteDatabase,
  condition: string,
  ...values: unknown[]
): ReferenceRecord[] {
  return db
    .all<RawReference>(
      `SELECT u.kind, r.name AS repository, a.name AS id, v.number, k.arn AS consumer, u.slot, u.deployment, u.bookmark, u.since
       FROM usages u JOIN versions v ON v.id = u.version_id JOIN artifacts a ON a.id = v.artifact_id
         JOIN repositories r ON r.id = a.repository_id JOIN consumers k ON k.id = u.consumer_id
       WHERE ${condition} ORDER BY u.id`,
      ...values,
    )
    .map(({ repository, id, number, bookmark, ...rest }) => ({
      ...rest,
      version: { repository, id, number },
      ...(bookmark === null ? {} : { bookmark }),
    }));
}

interface RawBookmark {
  repository: string;
  id: string;
  name: string;
  number: number;
  revision: number;
  moved_at: string;
  moved_by: string;
}

/** Bookmarks that stand on a version and meet a condition over `b`, `v`, `a` and `r`, in order of their name. */
export function selectBookmarks(
  db: SqliteDatabase,
  condition: string,
  ...values: unknown[]
): BookmarkRecord[] {
  return db
    .all<RawBookmark>(
      `SELECT r.name AS repository, a.name AS id, b.name, v.number, b.revision, b.moved_at, b.moved_by
       FROM bookmarks b JOIN versions v ON v.id = b.version_id JOIN artifacts a ON a.id = b.artifact_id
         JOIN repositories r ON r.id = a.repository_id
       WHERE ${condition} ORDER BY b.name`,
      ...values,
    )
    .map(({ moved_at: movedAt, moved_by: movedBy, ...rest }) => ({ ...rest, movedAt, movedBy }));
}
