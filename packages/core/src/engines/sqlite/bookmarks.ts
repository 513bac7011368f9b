import { bookmarkMoved } from '../../events/index.js';
import type { BookmarkMove, BookmarkRecord } from '../../model.js';
import type { MoveBookmarkInput, MoveBookmarkResult } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { emit, type Writing } from './outbox.js';
import { findVersion, selectBookmarks } from './rows.js';

export function getBookmark(
  db: SqliteDatabase,
  repository: string,
  id: string,
  name: string,
): BookmarkRecord | undefined {
  return selectBookmarks(db, 'r.name = ? AND a.name = ? AND b.name = ?', repository, id, name)[0];
}

export function listBookmarks(db: SqliteDatabase, repository: string, id: string): BookmarkRecord[] {
  return selectBookmarks(db, 'r.name = ? AND a.name = ?', repository, id);
}

interface RawMove {
  revision: number;
  from_number: number | null;
  to_number: number | null;
  moved_at: string;
  moved_by: string;
}

export function bookmarkHistory(
  db: SqliteDatabase,
  repository: string,
  id: string,
  name: string,
): BookmarkMove[] {
  return db
    .all<RawMove>(
      `SELECT m.revision, m.from_number, m.to_number, m.moved_at, m.moved_by
       FROM bookmark_moves m JOIN bookmarks b ON b.id = m.bookmark_id JOIN artifacts a ON a.id = b.artifact_id
         JOIN repositories r ON r.id = a.repository_id
       WHERE r.name = ? AND a.name = ? AND b.name = ? ORDER BY m.revision`,
      repository,
      id,
      name,
    )
    .map((raw) => ({
      revision: raw.revision,
      at: raw.moved_at,
      by: raw.moved_by,
      ...(raw.from_number === null ? {} : { from: raw.from_number }),
      ...(raw.to_number === null ? {} : { to: raw.to_number }),
    }));
}

export function moveBookmark(writing: Writing, input: MoveBookmarkInput): MoveBookmarkResult {
  const { db, identity } = writing;
  const { repository, id, name, to } = input;
  const current = getBookmark(db, repository, id, name);
  if (input.expected !== undefined && input.expected !== (current?.number ?? null)) {
    return { outcome: 'conflict', current: current?.number ?? null };
  }
  if (current !== undefined && current.number === to) return { outcome: 'unchanged', bookmark: current };

  const target = to === undefined ? undefined : findVersion(db, { repository, id, number: to });
  if (to === undefined ? current === undefined : target?.record.state !== 'live')
    return { outcome: 'absent' };

  const row = writeBookmark(db, input, target);
  const move: BookmarkMove = {
    revision: row.revision,
    at: input.at,
    by: input.by,
    ...(current === undefined ? {} : { from: current.number }),
    ...(to === undefined ? {} : { to }),
  };
  db.run(
    `INSERT INTO bookmark_moves (bookmark_id, revision, from_number, to_number, moved_at, moved_by) VALUES (?, ?, ?, ?, ?, ?)`,
    row.id,
    move.revision,
    move.from ?? null,
    to ?? null,
    move.at,
    move.by,
  );
  emit(writing, input.at, bookmarkMoved(identity, input, move, consumersThrough(db, input)));
  const moved = getBookmark(db, repository, id, name);
  return moved === undefined ? { outcome: 'deleted' } : { outcome: 'moved', bookmark: moved };
}

/** Sets the bookmark's row to the target, or to none; the artifact is that of the target or of the row itself. */
function writeBookmark(
  db: SqliteDatabase,
  { repository, id, name, at, by }: MoveBookmarkInput,
  target: { rowId: number } | undefined,
): { id: number; revision: number } {
  return db.get<{ id: number; revision: number }>(
    `INSERT INTO bookmarks (artifact_id, name, version_id, revision, moved_at, moved_by)
     SELECT a.id, ?, ?, 1, ?, ? FROM artifacts a JOIN repositories r ON r.id = a.repository_id WHERE r.name = ? AND a.name = ?
     ON CONFLICT (artifact_id, name) DO UPDATE
       SET version_id = excluded.version_id, revision = revision + 1, moved_at = excluded.moved_at, moved_by = excluded.moved_by
     RETURNING id, revision`,
    name,
    target?.rowId ?? null,
    at,
    by,
    repository,
    id,
  )!;
}

/** Consumers that use any version of the artifact and came to it through the bookmark. */
function consumersThrough(db: SqliteDatabase, { repository, id, name }: MoveBookmarkInput): string[] {
  return db
    .all<{ arn: string }>(
      `SELECT DISTINCT k.arn FROM usages u JOIN consumers k ON k.id = u.consumer_id JOIN versions v ON v.id = u.version_id
         JOIN artifacts a ON a.id = v.artifact_id JOIN repositories r ON r.id = a.repository_id
       WHERE r.name = ? AND a.name = ? AND u.bookmark = ? ORDER BY k.arn`,
      repository,
      id,
      name,
    )
    .map((row) => row.arn);
}
