import { randomUUID } from 'node:crypto';
import type { StoreIdentity } from '../../arn/index.js';
import type { EventDraft, EventRecord, EventType } from '../../events/index.js';
import type { Instant } from '../../model.js';
import type { Page } from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';

/** The database within a write transaction, and what its events need. */
export interface Writing {
  readonly db: SqliteDatabase;
  readonly identity: StoreIdentity;
}

/** Adds an event to the outbox, within the transaction that it tells of. */
export function emit({ db }: Writing, at: Instant, draft: EventDraft): void {
  db.run(
    'INSERT INTO events (id, type, time, resources, detail) VALUES (?, ?, ?, ?, ?)',
    randomUUID(),
    draft.type,
    at,
    JSON.stringify(draft.resources),
    JSON.stringify(draft.detail),
  );
}

interface RawEvent {
  sequence: number;
  id: string;
  type: EventType;
  time: string;
  resources: string;
  detail: string;
}

export function readEvents(db: SqliteDatabase, identity: StoreIdentity, page: Page<number>): EventRecord[] {
  return db
    .all<RawEvent>(
      'SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?',
      page.after ?? 0,
      page.limit,
    )
    .map((raw) => ({
      sequence: raw.sequence,
      version: '0',
      id: raw.id,
      'detail-type': raw.type,
      source: 'holdfast',
      account: identity.account,
      time: raw.time,
      region: identity.region,
      resources: JSON.parse(raw.resources) as string[],
      detail: JSON.parse(raw.detail) as Record<string, unknown>,
    }));
}
