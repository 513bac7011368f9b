import type { StoreIdentity } from '../arn/index.js';
import type { ProgressListener } from '../events/index.js';
import { formatArn } from '../arn/index.js';
import type { BookmarkRecord, Version, VersionKey, VersionRecord } from '../model.js';
import type { Actor, Engine } from '../ports/index.js';

/** What every operation of an open store works with; complete at construction and never changed. */
export interface StoreContext {
  readonly engine: Engine;
  readonly identity: StoreIdentity;
  readonly by: string;
  readonly clock: () => Date;
  readonly onEvent: ProgressListener;
  readonly recoveryWindowMs: number;
  readonly leaseMs: number;
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
