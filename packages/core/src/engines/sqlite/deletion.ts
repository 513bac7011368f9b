import { deletionRefused, versionEvent } from '../../events/index.js';
import type { Instant, Usage, VersionKey, VersionRecord } from '../../model.js';
import type { Actor, CondemnResult, RestoreResult } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { emit, type Writing } from './outbox.js';
import { findVersion, selectBookmarks, selectReferences, selectVersions, type VersionRow } from './rows.js';

/** SQL over `v`: nothing keeps the version. Every statement that takes a version's life carries it. */
export const NOT_IN_USE = `
  NOT EXISTS (SELECT 1 FROM usages WHERE version_id = v.id) AND NOT EXISTS (SELECT 1 FROM bookmarks WHERE version_id = v.id)`;

export function usageOf(db: SqliteDatabase, key: VersionKey): Usage {
  const row = findVersion(db, key);
  return row === undefined ? { references: [], bookmarks: [] } : usageOfRow(db, row);
}

function usageOfRow(db: SqliteDatabase, row: VersionRow): Usage {
  return {
    references: selectReferences(db, 'u.version_id = ?', row.rowId),
    bookmarks: selectBookmarks(db, 'b.version_id = ?', row.rowId),
  };
}

export function condemnVersion(
  writing: Writing,
  key: VersionKey,
  purgeAfter: Instant,
  actor: Actor,
  untold: (usage: Usage) => boolean = () => false,
): CondemnResult {
  const { db, identity } = writing;
  const row = findVersion(db, key);
  if (row === undefined || row.record.state === 'deleted') return { outcome: 'absent' };
  if (row.record.state === 'condemned') return { outcome: 'already-condemned', version: row.record };
  const { changes } = db.run(
    `UPDATE versions AS v SET state = 'condemned', condemned_at = ?, purge_after = ? WHERE id = ? AND ${NOT_IN_USE}`,
    actor.at,
    purgeAfter,
    row.rowId,
  );
  if (changes === 0) {
    const usage = usageOfRow(db, row);
    if (!untold(usage)) emit(writing, actor.at, deletionRefused(identity, row.record, usage, actor.by));
    return { outcome: 'in-use', version: row.record, usage };
  }
  const version = findVersion(db, key)!.record;
  emit(writing, actor.at, versionEvent(identity, 'Holdfast Version Condemned', version, actor.by));
  return { outcome: 'condemned', version };
}

export function restoreVersion(writing: Writing, key: VersionKey, actor: Actor): RestoreResult {
  const row = findVersion(writing.db, key);
  if (row === undefined || row.record.state === 'deleted') return { outcome: 'absent' };
  if (row.record.state === 'live') return { outcome: 'already-live', version: row.record };
  return { outcome: 'restored', version: restoreRow(writing, row, actor) };
}

/** Makes a condemned version live again. */
export function restoreRow(writing: Writing, row: VersionRow, actor: Actor): VersionRecord {
  const { db, identity } = writing;
  db.run(
    `UPDATE versions SET state = 'live', condemned_at = NULL, purge_after = NULL WHERE id = ?`,
    row.rowId,
  );
  const version = findVersion(db, row.record)!.record;
  emit(writing, actor.at, versionEvent(identity, 'Holdfast Version Restored', version, actor.by));
  return version;
}

/** SQL over `v`, with one value, the instant: the version's window has ended. */
export const DUE = `v.state = 'condemned' AND v.purge_after <= ? AND ${NOT_IN_USE}`;

export function dueVersions(db: SqliteDatabase, repository: string, at: Instant): VersionRow[] {
  return selectVersions(db, `${DUE} AND r.name = ?`, at, repository);
}

export function purgeVersions(writing: Writing, repository: string, actor: Actor): VersionRecord[] {
  const { db, identity } = writing;
  return dueVersions(db, repository, actor.at).map(({ rowId, record }) => {
    db.run(`UPDATE versions SET state = 'deleted' WHERE id = ?`, rowId);
    db.run('DELETE FROM former_uses WHERE version_id = ?', rowId);
    const version: VersionRecord = { ...record, state: 'deleted' };
    emit(writing, actor.at, versionEvent(identity, 'Holdfast Version Deleted', version, actor.by));
    return version;
  });
}
