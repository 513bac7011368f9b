import { HoldfastError } from '../../errors.js';
import type { OwnBucket, RepositoryRecord } from '../../model.js';
import type { Actor } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { dropLifecycle } from './lifecycles.js';

const SELECT_REPOSITORY = 'SELECT name, created_at AS createdAt FROM repositories WHERE deleted_at IS NULL';

export function createRepository(
  db: SqliteDatabase,
  name: string,
  actor: Actor,
  ownBucket?: OwnBucket,
): { created: boolean } {
  if (ownBucket !== undefined) {
    throw new HoldfastError(
      'unsupported',
      `an embedded store keeps no repository in the bucket "${ownBucket.name}"`,
    );
  }
  const { changes } = db.run(
    `INSERT INTO repositories (name, created_at) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at, deleted_at = NULL WHERE deleted_at IS NOT NULL`,
    name,
    actor.at,
  );
  return { created: changes > 0 };
}

export function getRepository(db: SqliteDatabase, name: string): RepositoryRecord | undefined {
  return db.get<RepositoryRecord>(`${SELECT_REPOSITORY} AND name = ?`, name);
}

export function listRepositories(db: SqliteDatabase): RepositoryRecord[] {
  return db.all<RepositoryRecord>(`${SELECT_REPOSITORY} ORDER BY name`);
}

export function deleteRepository(
  db: SqliteDatabase,
  name: string,
  actor: Actor,
): { outcome: 'deleted' | 'not-empty' | 'absent' } {
  if (name === 'default') throw new HoldfastError('invalid-input', 'repository "default" cannot be deleted');
  const row = db.get<{ id: number; occupied: number }>(
    `SELECT r.id, EXISTS (
         SELECT 1 FROM contents c WHERE c.repository_id = r.id AND c.state <> 'removed'
       ) OR EXISTS (
         SELECT 1 FROM removals m JOIN contents c ON c.id = m.content_id WHERE c.repository_id = r.id
       ) OR EXISTS (
         SELECT 1 FROM artifacts a JOIN versions v ON v.artifact_id = a.id
         WHERE a.repository_id = r.id AND v.state <> 'deleted'
       ) AS occupied
     FROM repositories r WHERE r.name = ? AND r.deleted_at IS NULL`,
    name,
  );
  if (row === undefined) return { outcome: 'absent' };
  if (row.occupied !== 0) return { outcome: 'not-empty' };
  db.run('UPDATE repositories SET deleted_at = ? WHERE id = ?', actor.at, row.id);
  dropLifecycle(db, row.id, actor);
  return { outcome: 'deleted' };
}
