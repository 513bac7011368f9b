import type { Digest } from '../../arn/index.js';
import { versionEvent } from '../../events/index.js';
import type { ArtifactRecord, VersionKey, VersionRecord } from '../../model.js';
import type {
  Lease,
  LeaseInput,
  Page,
  RecordVersionInput,
  RecordVersionResult,
  VersionOfContent,
} from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { restoreRow } from './deletion.js';
import { emit, type Writing } from './outbox.js';
import { findContent, findVersion, requireRepository, selectVersions } from './rows.js';

export function leaseContent(db: SqliteDatabase, input: LeaseInput): Lease {
  const repositoryId = requireRepository(db, input.repository);
  const found = findContent(db, input.repository, input.digest);
  let content: { id: number; generation: number };
  if (found === undefined) {
    const { generation = 1 } = input;
    const { id } = db.run(
      `INSERT INTO contents (repository_id, digest, size, generation, state) VALUES (?, ?, 0, ?, 'pending')`,
      repositoryId,
      input.digest,
      generation,
    );
    content = { id, generation };
  } else if (found.state === 'removing' || found.state === 'removed') {
    // The old copy may be removed at any moment: the new one gets a generation, and so a place, of its own.
    content = { id: found.id, generation: found.generation + 1 };
    db.run(
      `UPDATE contents SET generation = ?, state = 'pending' WHERE id = ?`,
      content.generation,
      content.id,
    );
  } else {
    content = found;
  }
  db.run(
    'INSERT INTO leases (token, content_id, expires_at) VALUES (?, ?, ?)',
    input.lease,
    content.id,
    input.expiresAt,
  );
  return found?.state === 'stored'
    ? { generation: content.generation, stored: true, size: found.size }
    : { generation: content.generation, stored: false };
}

export function releaseLease(db: SqliteDatabase, lease: string): void {
  db.run('DELETE FROM leases WHERE token = ?', lease);
}

/** Ends a lease and says which content it was of; undefined when it was swept. */
function endLease(db: SqliteDatabase, lease: string): number | undefined {
  return db.get<{ id: number }>('DELETE FROM leases WHERE token = ? RETURNING content_id AS id', lease)?.id;
}

export function recordVersion(writing: Writing, input: RecordVersionInput): RecordVersionResult {
  const { db } = writing;
  const repositoryId = requireRepository(db, input.repository);
  const content = findContent(db, input.repository, input.digest);
  if (input.lease === undefined) {
    if (content?.state !== 'stored') return { outcome: 'content-needed' };
  } else {
    const leased = endLease(db, input.lease);
    if (leased === undefined || leased !== content?.id) return { outcome: 'lease-lost' };
    db.run(
      `UPDATE contents SET state = 'stored', size = ? WHERE id = ? AND state = 'pending'`,
      input.size,
      content.id,
    );
  }

  const existing = selectVersions(
    db,
    `v.content_id = ? AND a.name = ? AND v.state <> 'deleted'`,
    content.id,
    input.id,
  )[0];
  if (existing !== undefined && input.treeShape !== undefined) noteShape(db, existing.rowId, input.treeShape);
  if (existing?.record.state === 'live') return { outcome: 'existing', version: existing.record };
  if (existing !== undefined) return { outcome: 'restored', version: restoreRow(writing, existing, input) };

  const artifact = db.get<{ id: number; last_number: number }>(
    `INSERT INTO artifacts (repository_id, name, last_number) VALUES (?, ?, 1)
     ON CONFLICT (repository_id, name) DO UPDATE SET last_number = last_number + 1 RETURNING id, last_number`,
    repositoryId,
    input.id,
  )!;
  db.run(
    `INSERT INTO versions (artifact_id, number, content_id, tree_digest, tree_shape, media_type, state, published_at, published_by, labels,
       provenance)
     VALUES (?, ?, ?, ?, ?, ?, 'live', ?, ?, ?, ?)`,
    artifact.id,
    artifact.last_number,
    content.id,
    input.treeDigest ?? null,
    input.treeShape ?? null,
    input.mediaType,
    input.at,
    input.by,
    JSON.stringify(input.labels),
    JSON.stringify(input.provenance),
  );
  const { repository, id } = input;
  const version = findVersion(db, { repository, id, number: artifact.last_number })!.record;
  emit(writing, input.at, versionEvent(writing.identity, 'Holdfast Version Published', version, input.by));
  return { outcome: 'created', version };
}

export function reserveNumbers(db: SqliteDatabase, repository: string, id: string, upTo: number): void {
  db.run(
    `INSERT INTO artifacts (repository_id, name, last_number) VALUES (?, ?, ?)
     ON CONFLICT (repository_id, name) DO UPDATE SET last_number = max(last_number, excluded.last_number)`,
    requireRepository(db, repository),
    id,
    upTo,
  );
}

export function findTree(
  db: SqliteDatabase,
  repository: string,
  treeDigest: string,
): { digest: Digest; size: number } | undefined {
  return selectVersions(
    db,
    `v.tree_digest = ? AND r.name = ? AND v.state <> 'deleted' LIMIT 1`,
    treeDigest,
    repository,
  )[0]?.record;
}

export function hasShape(db: SqliteDatabase, repository: string, shape: string): boolean {
  return (
    db.get(
      `SELECT 1 FROM versions v JOIN artifacts a ON a.id = v.artifact_id JOIN repositories r ON r.id = a.repository_id
       WHERE v.tree_shape = ? AND r.name = ? AND v.state <> 'deleted' LIMIT 1`,
      shape,
      repository,
    ) !== undefined
  );
}

/** Of a version that was recorded without, or with another release's. */
function noteShape(db: SqliteDatabase, versionId: number, shape: string): void {
  db.run(`UPDATE versions SET tree_shape = ? WHERE id = ?`, shape, versionId);
}

export function getVersion(db: SqliteDatabase, key: VersionKey): VersionRecord | undefined {
  return findVersion(db, key)?.record;
}

export function findVersions(
  db: SqliteDatabase,
  wanted: readonly VersionOfContent[],
): (VersionRecord | undefined)[] {
  const condition = `r.name = ? AND a.name = ? AND c.digest = ? AND v.state = 'live' AND v.state <> 'deleted'`;
  return wanted.map(
    ({ repository, id, digest }) => selectVersions(db, condition, repository, id, digest)[0]?.record,
  );
}

export function latestVersion(db: SqliteDatabase, repository: string, id: string): VersionRecord | undefined {
  const condition = `r.name = ? AND a.name = ? AND v.state = 'live' ORDER BY v.number DESC LIMIT 1`;
  return selectVersions(db, condition, repository, id)[0]?.record;
}

export function versionsOfContent(
  db: SqliteDatabase,
  repository: string,
  digest: Digest,
  condemnedToo: boolean,
): VersionRecord[] {
  const content = findContent(db, repository, digest);
  if (content === undefined) return [];
  // The second condition says nothing new to a reader; without it SQLite does not see that the partial index will do.
  const states = condemnedToo ? `v.state <> 'deleted'` : `v.state = 'live' AND v.state <> 'deleted'`;
  const condition = `v.content_id = ? AND ${states} ORDER BY v.state = 'live' DESC, v.published_at DESC, v.id DESC`;
  return selectVersions(db, condition, content.id).map((row) => row.record);
}

export function listArtifacts(
  db: SqliteDatabase,
  repository: string,
  prefix: string | undefined,
  page: Page<string>,
): ArtifactRecord[] {
  requireRepository(db, repository);
  return db
    .all<{ repository: string; id: string; latest: number | null; versions: number }>(
      `SELECT r.name AS repository, a.name AS id, max(v.number) AS latest, count(v.id) AS versions
       FROM artifacts a JOIN repositories r ON r.id = a.repository_id
         LEFT JOIN versions v ON v.artifact_id = a.id AND v.state = 'live'
       WHERE EXISTS (SELECT 1 FROM versions k WHERE k.artifact_id = a.id AND k.state <> 'deleted')
         AND r.name = ? AND a.name > ? AND (? IS NULL OR a.name = ? OR substr(a.name, 1, length(?) + 1) = ? || '/')
       GROUP BY a.id ORDER BY a.name LIMIT ?`,
      repository,
      page.after ?? '',
      ...Array<string | null>(4).fill(prefix ?? null),
      page.limit,
    )
    .map(({ latest, ...rest }) => ({ ...rest, ...(latest === null ? {} : { latest }) }));
}

export function listVersions(
  db: SqliteDatabase,
  repository: string,
  id: string,
  page: Page<number>,
): VersionRecord[] {
  requireRepository(db, repository);
  const condition = `r.name = ? AND a.name = ? AND v.number > ? AND v.state <> 'deleted' ORDER BY v.number LIMIT ?`;
  return selectVersions(db, condition, repository, id, page.after ?? 0, page.limit).map((row) => row.record);
}
