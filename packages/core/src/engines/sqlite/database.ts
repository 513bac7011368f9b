import type BetterSqlite from 'better-sqlite3';
import { HoldfastError, isHoldfastError } from '../../errors.js';
import { systemErrorCode } from '../../system-errors.js';
import { MIGRATIONS } from './schema.js';

type Statement = BetterSqlite.Statement;
export type Row = Record<string, unknown>;

/** Milliseconds that a writer waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 30_000;
/** Milliseconds between attempts where SQLite does not wait itself. */
const BUSY_PAUSE_MS = 5;

/**
 * An open SQLite database with its schema brought up to date.
 *
 * What a committed transaction wrote survives a kill and a power cut (`synchronous = FULL` in WAL mode).
 * Errors of SQLite become Holdfast errors: busy is `unavailable`, damage is `corrupt`, refusal is `access-denied`.
 */
export class SqliteDatabase {
  readonly #connection: BetterSqlite.Database;
  readonly #statements = new Map<string, Statement>();

  /** `file` is a path, or `:memory:`. Throws `unsupported` when a newer release wrote it. */
  constructor(file: string) {
    this.#connection = translateErrors(() => {
      // Loaded here, so that importing the package costs no native code.
      const Database = require('better-sqlite3') as typeof BetterSqlite;
      return new Database(file, { timeout: BUSY_TIMEOUT_MS });
    });
    try {
      translateErrors(() => {
        whenFree(() => this.#connection.pragma('journal_mode = WAL'));
        this.#connection.pragma('synchronous = FULL');
        this.#connection.pragma('foreign_keys = ON');
      });
      if (this.#schemaVersion() !== MIGRATIONS.length) this.write(() => this.#migrate());
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  #schemaVersion(): number {
    return translateErrors(() => this.#connection.pragma('user_version', { simple: true })) as number;
  }

  #migrate(): void {
    const found = this.#schemaVersion();
    if (found > MIGRATIONS.length) {
      throw new HoldfastError(
        'unsupported',
        `the store's catalog has schema version ${found}, this release knows up to ${MIGRATIONS.length}`,
        { hint: 'Use the release of Holdfast that wrote it, or a newer one.' },
      );
    }
    for (const migration of MIGRATIONS.slice(found)) this.#connection.exec(migration);
    this.#connection.pragma(`user_version = ${MIGRATIONS.length}`);
  }

  /** Runs the work in one transaction that holds the write lock from its beginning. */
  write<T>(work: () => T): T {
    return translateErrors(() => this.#connection.transaction(work).immediate());
  }

  /** Runs the work on one snapshot. */
  read<T>(work: () => T): T {
    return translateErrors(() => this.#connection.transaction(work).deferred());
  }

  /** Every row of a query. */
  all<T = Row>(sql: string, ...values: unknown[]): T[] {
    return this.#prepare(sql).all(...values) as T[];
  }

  /** The first row of a query. */
  get<T = Row>(sql: string, ...values: unknown[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  /** Runs a statement; `RETURNING` goes through {@link get} or {@link all}. */
  run(sql: string, ...values: unknown[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes, id: Number(lastInsertRowid) };
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#connection.close();
  }
}

/**
 * Repeats what SQLite refuses as busy without waiting by itself: changing the journal mode, while another process opens the same
 * new database. Source: https://www.sqlite.org/c3ref/busy_handler.html, which says that a handler may not be invoked.
 */
function whenFree(work: () => void): void {
  const giveUpAt = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(systemErrorCode(error));
}

function translateErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isHoldfastError(error) ? error : translate(error);
  }
}

function translate(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (isBusy(error)) {
    return new HoldfastError('unavailable', "the store's catalog is busy", {
      hint: 'Another process holds it; try again.',
      cause: error,
    });
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return new HoldfastError('corrupt', "the store's catalog is damaged or is not a Holdfast catalog", {
      cause: error,
    });
  }
  if (/^SQLITE_(READONLY|PERM|AUTH|CANTOPEN)/.test(code)) {
    return new HoldfastError('access-denied', "the store's catalog cannot be opened or written", {
      hint: 'Look at the permissions of the store folder.',
      cause: error,
    });
  }
  if (/^SQLITE_(FULL|IOERR)/.test(code)) {
    return new HoldfastError(
      'unavailable',
      "the store's catalog cannot be read or written: disk full or failing",
      {
        cause: error,
      },
    );
  }
  return error;
}
