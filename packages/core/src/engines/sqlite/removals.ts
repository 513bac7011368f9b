import type { Digest } from '../../arn/index.js';
import type { Instant } from '../../model.js';
import type { Actor, ContentCopy, ContentRecord, Page, SweepPlan } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { DUE, dueVersions } from './deletion.js';
import { requireRepository } from './rows.js';

export function planSweep(db: SqliteDatabase, repository: string, at: Instant): SweepPlan {
  requireRepository(db, repository);
  return {
    versions: dueVersions(db, repository, at).map((row) => row.record),
    contents: db.all<ContentRecord>(
      // In the order of the table: by the index on digests every row would be a look-up somewhere else.
      `${selectContent('NOT INDEXED')} AND c.state IN ('pending', 'stored')
         AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.content_id = c.id AND l.expires_at > ?)
         AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.content_id = c.id AND v.state <> 'deleted' AND NOT (${DUE}))`,
      repository,
      at,
      at,
    ),
  };
}

export function startRemovals(db: SqliteDatabase, repository: string, actor: Actor): void {
  const repositoryId = requireRepository(db, repository);
  db.run('DELETE FROM leases WHERE expires_at <= ?', actor.at);
  const unused = db.all<{ id: number; generation: number }>(
    `UPDATE contents AS c SET state = 'removing'
     WHERE c.repository_id = ? AND c.state IN ('pending', 'stored')
       AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.content_id = c.id AND v.state <> 'deleted')
       AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.content_id = c.id)
     RETURNING id, generation`,
    repositoryId,
  );
  for (const { id, generation } of unused) {
    db.run('INSERT INTO removals (content_id, generation) VALUES (?, ?)', id, generation);
  }
}

export function listRemovals(db: SqliteDatabase, repository: string): (ContentCopy & { size: number })[] {
  return db.all(
    `SELECT r.name AS repository, c.digest, m.generation, c.size FROM removals m JOIN contents c ON c.id = m.content_id
     JOIN repositories r ON r.id = c.repository_id WHERE r.name = ?`,
    repository,
  );
}

export function finishRemoval(db: SqliteDatabase, copy: ContentCopy): void {
  const row = db.get<{ content_id: number }>(
    `DELETE FROM removals WHERE generation = ? AND content_id = (
       SELECT c.id FROM contents c JOIN repositories r ON r.id = c.repository_id WHERE r.name = ? AND c.digest = ?
     ) RETURNING content_id`,
    copy.generation,
    copy.repository,
    copy.digest,
  );
  if (row === undefined) return;
  db.run(
    `UPDATE contents SET state = 'removed' WHERE id = ? AND generation = ? AND state = 'removing'`,
    row.content_id,
    copy.generation,
  );
}

function selectContent(hint: '' | 'NOT INDEXED' = ''): string {
  return `
  SELECT r.name AS repository, c.digest, c.generation, c.size, c.state FROM contents c ${hint}
  JOIN repositories r ON r.id = c.repository_id WHERE r.name = ?`;
}

export function getContent(
  db: SqliteDatabase,
  repository: string,
  digest: Digest,
): ContentRecord | undefined {
  return db.get<ContentRecord>(`${selectContent()} AND c.digest = ?`, repository, digest);
}

export function listContents(db: SqliteDatabase, repository: string, page: Page<Digest>): ContentRecord[] {
  requireRepository(db, repository);
  return db.all<ContentRecord>(
    `${selectContent()} AND c.digest > ? ORDER BY c.digest LIMIT ?`,
    repository,
    page.after ?? '',
    page.limit,
  );
}

export function isLeased(db: SqliteDatabase, repository: string, digest: Digest): boolean {
  const lease = db.get(
    `SELECT 1 FROM leases l JOIN contents c ON c.id = l.content_id JOIN repositories r ON r.id = c.repository_id
     WHERE r.name = ? AND c.digest = ? LIMIT 1`,
    repository,
    digest,
  );
  return lease !== undefined;
}
