import type { FormerUse, Instant, ReferenceRecord, VersionKey } from '../../model.js';
import { formerUsesAfter } from '../former-uses/update.js';
import type { SqliteDatabase } from './database.js';
import { findVersion, selectReferences } from './rows.js';

interface RawFormerUse {
  consumer: string;
  slot: string;
  repository: string;
  id: string;
  number: number;
  rank: number;
  released_at: string;
}

function selectFormerUses(db: SqliteDatabase, condition: string, value: unknown): FormerUse[] {
  return db
    .all<RawFormerUse>(
      `SELECT k.arn AS consumer, f.slot, r.name AS repository, a.name AS id, v.number, f.rank, f.released_at
       FROM former_uses f JOIN consumers k ON k.id = f.consumer_id JOIN versions v ON v.id = f.version_id
         JOIN artifacts a ON a.id = v.artifact_id JOIN repositories r ON r.id = a.repository_id
       WHERE ${condition} ORDER BY f.rank, k.arn, f.slot`,
      value,
    )
    .map(({ repository, id, number, released_at: releasedAt, ...rest }) => ({
      ...rest,
      version: { repository, id, number },
      releasedAt,
    }));
}

export function formerUsesOf(db: SqliteDatabase, key: VersionKey): FormerUse[] {
  const row = findVersion(db, key);
  return row === undefined ? [] : selectFormerUses(db, 'f.version_id = ?', row.rowId);
}

/** Brings the consumer's history up to date, within the transaction that released the references. */
export function rememberReleased(
  db: SqliteDatabase,
  consumerId: number,
  released: readonly ReferenceRecord[],
  at: Instant,
): void {
  if (released.length === 0) return;
  const before = selectFormerUses(db, 'f.consumer_id = ?', consumerId);
  const held = selectReferences(db, `u.consumer_id = ? AND u.kind = 'reference'`, consumerId);
  const gone = released.map(({ consumer, slot, version }) => ({ consumer, slot, version, releasedAt: at }));
  for (const { version } of released) {
    db.run('UPDATE versions SET released_at = ? WHERE id = ?', at, findVersion(db, version)!.rowId);
  }
  db.run('DELETE FROM former_uses WHERE consumer_id = ?', consumerId);
  for (const { slot, version, rank, releasedAt } of formerUsesAfter(before, gone, held)) {
    db.run(
      'INSERT INTO former_uses (consumer_id, slot, version_id, rank, released_at) VALUES (?, ?, ?, ?, ?)',
      consumerId,
      slot,
      findVersion(db, version)!.rowId,
      rank,
      releasedAt,
    );
  }
}
