import { userInfo } from 'node:os';
import type { ProgressListener } from '../events/index.js';
import { formatArn, type StoreIdentity } from '../arn/index.js';
import { openEngine } from '../engines/open.js';
import { loadGuard } from './heavy-modules.js';
import type { BookmarkRecord, Version, VersionKey, VersionRecord } from '../model.js';
import type { Actor, Engine } from '../ports/index.js';
import { OtherStores } from './others/other-stores.js';
import { replicaEngines, type ReplicaEngines } from './replicas/replica-engines.js';
import type { StoreOptions } from './types.js';

const HOUR_MS = 3_600_000;

/** What every operation of an open store works with; complete at construction and never changed. */
export interface StoreContext {
  readonly engine: Engine;
  readonly identity: StoreIdentity;
  readonly by: string;
  readonly clock: () => Date;
  readonly onEvent: ProgressListener;
  readonly recoveryWindowMs: number;
  readonly leaseMs: number;
  /** Absent where the store has no other regions. */
  readonly replicas?: ReplicaEngines;
  /** Absent where ARNs of other stores lead nowhere. */
  readonly others?: OtherStores;
  /** See {@link StoreOptions.cache}. */
  readonly cache?: string | false | undefined;
}

/** Opens the engine of a store URL, and completes the options. */
export async function openContext(url: string, options: StoreOptions): Promise<StoreContext> {
  const engine = guarded(await openEngine(url, options), options);
  const replicas = replicaEngines(url, engine.identity, options);
  const context = { ...completed(options), engine, identity: engine.identity, replicas };
  if (engine.noted === undefined) return context;
  const { bucket: _, identity: __, ...others } = options;
  const open = (other: string): Promise<StoreContext> => openContext(other, { ...others, existing: true });
  return { ...context, others: new OtherStores(engine.identity, open) };
}

/** AWS judges callers itself; for embedded stores it is done here, where somebody is named. */
function guarded(engine: Engine, { caller }: StoreOptions): Engine {
  if (caller === undefined || engine.access !== undefined) return engine;
  return loadGuard().guardEngine(engine, caller);
}

/** What options leave out, decided. */
export function completed(options: StoreOptions): Omit<StoreContext, 'engine' | 'identity'> {
  return {
    by: options.by ?? userName(),
    clock: options.clock ?? (() => new Date()),
    onEvent: options.onEvent ?? (() => undefined),
    recoveryWindowMs: options.recoveryWindowMs ?? 7 * 24 * HOUR_MS,
    leaseMs: options.leaseMs ?? HOUR_MS,
    cache: options.cache,
  };
}

/** The operating system's name of the user, or the number where it has none, as in many containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Who acts, now. */
export function actorOf({ by, clock }: StoreContext): Actor {
  return { by, at: clock().toISOString() };
}

export function versionArn(identity: StoreIdentity, { repository, id, number }: VersionKey): string {
  return formatArn({ type: 'version', ...identity, repository, id, number });
}

export function bookmarkArn(
  identity: StoreIdentity,
  { repository, id, name }: Pick<BookmarkRecord, 'repository' | 'id' | 'name'>,
): string {
  return formatArn({ type: 'bookmark', ...identity, repository, id, name });
}

export function withArn(identity: StoreIdentity, record: VersionRecord): Version {
  return { arn: versionArn(identity, record), ...record };
}
