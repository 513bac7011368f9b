import type { Lifecycle, LifecycleRecord } from '../../model.js';
import type { Actor, PutLifecycleInput, PutLifecycleResult } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { requireRepository } from './rows.js';

interface RawLifecycle {
  repository: string;
  revision: number;
  lifecycle: string | null;
  changed_at: string;
  changed_by: string;
}

export function getLifecycle(db: SqliteDatabase, repository: string): LifecycleRecord | undefined {
  const raw = db.get<RawLifecycle>(
    `SELECT r.name AS repository, l.revision, l.lifecycle, l.changed_at, l.changed_by
     FROM lifecycles l JOIN repositories r ON r.id = l.repository_id WHERE r.name = ?`,
    repository,
  );
  if (raw === undefined) return undefined;
  const { revision, lifecycle, changed_at: changedAt, changed_by: changedBy } = raw;
  const record = { repository, revision, changedAt, changedBy };
  return lifecycle === null ? record : { ...record, lifecycle: JSON.parse(lifecycle) as Lifecycle };
}

export function putLifecycle(db: SqliteDatabase, input: PutLifecycleInput): PutLifecycleResult {
  const repositoryId = requireRepository(db, input.repository);
  const current = getLifecycle(db, input.repository)?.revision ?? 0;
  if (input.expected !== undefined && input.expected !== current) return { outcome: 'conflict', current };
  db.run(
    `INSERT INTO lifecycles (repository_id, revision, lifecycle, changed_at, changed_by) VALUES (?, 1, ?, ?, ?)
     ON CONFLICT (repository_id) DO UPDATE SET revision = revision + 1, lifecycle = excluded.lifecycle,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    repositoryId,
    input.lifecycle === undefined ? null : JSON.stringify(input.lifecycle),
    input.at,
    input.by,
  );
  return { outcome: 'changed', record: getLifecycle(db, input.repository)! };
}

/** A repository that is deleted takes its lifecycle along. */
export function dropLifecycle(db: SqliteDatabase, repositoryId: number, { at, by }: Actor): void {
  db.run(
    `UPDATE lifecycles SET revision = revision + 1, lifecycle = NULL, changed_at = ?, changed_by = ?
     WHERE repository_id = ? AND lifecycle IS NOT NULL`,
    at,
    by,
    repositoryId,
  );
}
