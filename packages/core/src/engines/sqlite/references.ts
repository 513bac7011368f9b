import { referenceEvent } from '../../events/index.js';
import type { ReferenceRecord, VersionKey } from '../../model.js';
import type {
  Actor,
  ConsumerRecord,
  Page,
  PinInput,
  PinResult,
  SettleInput,
  SettleResult,
} from '../../ports/index.js';
import type { SqliteDatabase } from './database.js';
import { restoreRow } from './deletion.js';
import { rememberReleased } from './former-uses.js';
import { emit, type Writing } from './outbox.js';
import { findVersion, selectReferences, type VersionRow } from './rows.js';

function consumerId(db: SqliteDatabase, arn: string): number {
  const found = db.get<{ id: number }>('SELECT id FROM consumers WHERE arn = ?', arn);
  return found?.id ?? db.run('INSERT INTO consumers (arn, revision) VALUES (?, 0)', arn).id;
}

interface NewUsage {
  readonly kind: ReferenceRecord['kind'];
  readonly consumer: string;
  readonly slot: string;
  readonly deployment: string;
  readonly bookmark: string | undefined;
}

/** Adds a reference or pin, or brings an equal one up to date. Returns it when it is new. */
function addUsage(
  writing: Writing,
  version: VersionRow,
  usage: NewUsage,
  actor: Actor,
): ReferenceRecord | undefined {
  const { db, identity } = writing;
  const { kind, consumer, slot, deployment, bookmark } = usage;
  const owner = consumerId(db, consumer);
  const known = db.get<{ id: number }>(
    `SELECT id FROM usages WHERE consumer_id = ? AND slot = ? AND version_id = ? AND kind = ? AND (kind = 'reference' OR deployment = ?)`,
    owner,
    slot,
    version.rowId,
    kind,
    deployment,
  );
  if (known !== undefined) {
    db.run(
      'UPDATE usages SET deployment = ?, bookmark = ? WHERE id = ?',
      deployment,
      bookmark ?? null,
      known.id,
    );
    return undefined;
  }
  const { id } = db.run(
    `INSERT INTO usages (consumer_id, version_id, kind, slot, deployment, bookmark, since) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    owner,
    version.rowId,
    kind,
    slot,
    deployment,
    bookmark ?? null,
    actor.at,
  );
  const reference = selectReferences(db, 'u.id = ?', id)[0]!;
  emit(writing, actor.at, referenceEvent(identity, 'Holdfast Reference Registered', reference));
  return reference;
}

function dropUsages(
  writing: Writing,
  at: string,
  condition: string,
  ...values: unknown[]
): ReferenceRecord[] {
  const released = selectReferences(writing.db, condition, ...values);
  writing.db.run(
    `DELETE FROM usages WHERE id IN (SELECT u.id FROM usages u JOIN consumers k ON k.id = u.consumer_id WHERE ${condition})`,
    ...values,
  );
  for (const reference of released) {
    emit(writing, at, referenceEvent(writing.identity, 'Holdfast Reference Released', reference));
  }
  return released;
}

export function pin(writing: Writing, input: PinInput): PinResult {
  const rows = input.pins.map((entry) => ({ ...entry, row: findVersion(writing.db, entry.version) }));
  const notLive = rows.filter(({ row }) => row?.record.state !== 'live').map(({ version }) => version);
  if (notLive.length > 0) return { outcome: 'not-live', versions: notLive };
  const { consumer, deployment } = input;
  for (const { row, slot, bookmark } of rows) {
    addUsage(writing, row!, { kind: 'pin', consumer, deployment, slot, bookmark }, input);
  }
  return { outcome: 'pinned' };
}

export function bindPins(db: SqliteDatabase, from: string, deployment: string, to: string): void {
  const target = consumerId(db, to);
  const pinsOfDeployment = `kind = 'pin' AND deployment = ? AND consumer_id = (SELECT id FROM consumers WHERE arn = ?)`;
  // A pin that the target has already is left out of the move, and then is the duplicate that goes.
  db.run(`UPDATE OR IGNORE usages SET consumer_id = ? WHERE ${pinsOfDeployment}`, target, deployment, from);
  if (from !== to) db.run(`DELETE FROM usages WHERE ${pinsOfDeployment}`, deployment, from);
}

export function settle(writing: Writing, input: SettleInput): SettleResult {
  const { db } = writing;
  const { consumer, deployment } = input;
  if (getConsumer(db, consumer).revision !== input.revision) return { outcome: 'conflict' };

  const rows = input.references.map((entry) => ({ ...entry, row: findVersion(db, entry.version) }));
  const absent = rows.filter(({ row }) => row === undefined || row.record.state === 'deleted');
  if (absent.length > 0) return { outcome: 'absent', versions: absent.map(({ version }) => version) };

  const added: ReferenceRecord[] = [];
  for (const { version, row, slot, bookmark } of rows) {
    // Evidence that a stack uses it outweighs a deletion that is not final yet.
    if (findVersion(db, version)?.record.state === 'condemned') restoreRow(writing, row!, input);
    const reference = addUsage(
      writing,
      row!,
      { kind: 'reference', consumer, deployment, slot, bookmark },
      input,
    );
    if (reference !== undefined) added.push(reference);
  }
  const unlisted = input.mode === 'replace' ? dropUnlisted(writing, input) : [];
  rememberReleased(db, consumerId(db, consumer), unlisted, input.at);
  const released = [
    ...unlisted,
    ...input.releasePins.flatMap((pinned) =>
      dropUsages(writing, input.at, `k.arn = ? AND u.kind = 'pin' AND u.deployment = ?`, consumer, pinned),
    ),
  ];
  db.run('UPDATE consumers SET revision = revision + 1 WHERE id = ?', consumerId(db, consumer));
  return { outcome: 'settled', added, released };
}

function dropUnlisted(writing: Writing, input: SettleInput): ReferenceRecord[] {
  const key = (slot: string, { repository, id, number }: VersionKey): string =>
    JSON.stringify([slot, repository, id, number]);
  const listed = new Set(input.references.map(({ slot, version }) => key(slot, version)));
  return getConsumer(writing.db, input.consumer)
    .references.filter((held) => held.kind === 'reference' && !listed.has(key(held.slot, held.version)))
    .flatMap((held) =>
      dropUsages(
        writing,
        input.at,
        `k.arn = ? AND u.kind = 'reference' AND u.slot = ? AND u.version_id = ?`,
        input.consumer,
        held.slot,
        findVersion(writing.db, held.version)!.rowId,
      ),
    );
}

export function getConsumer(db: SqliteDatabase, consumer: string): ConsumerRecord {
  const row = db.get<{ revision: number }>('SELECT revision FROM consumers WHERE arn = ?', consumer);
  return { consumer, revision: row?.revision ?? 0, references: selectReferences(db, 'k.arn = ?', consumer) };
}

/** Consumers that hold a reference or pin, in order of their ARN. */
export function listConsumers(db: SqliteDatabase, page: Page<string>): string[] {
  return db
    .all<{ arn: string }>(
      `SELECT arn FROM consumers k WHERE arn > ? AND EXISTS (SELECT 1 FROM usages u WHERE u.consumer_id = k.id)
       ORDER BY arn LIMIT ?`,
      page.after ?? '',
      page.limit,
    )
    .map((row) => row.arn);
}
