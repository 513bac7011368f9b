import { formatArn, type StoreIdentity } from '../arn/index.js';
import type { BookmarkMove, Instant, ReferenceRecord, Usage, VersionKey, VersionRecord } from '../model.js';

/** The `detail-type` of every event in the outbox. */
export type EventType =
  | 'Holdfast Version Published'
  | 'Holdfast Bookmark Moved'
  | 'Holdfast Deletion Refused'
  | 'Holdfast Version Condemned'
  | 'Holdfast Version Restored'
  | 'Holdfast Version Deleted'
  | 'Holdfast Reference Registered'
  | 'Holdfast Reference Released';

/** What happened, before the outbox gives it its number. */
export interface EventDraft {
  readonly type: EventType;
  /** ARNs of Holdfast things, and of the consumer where there is one. */
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * An event in the shape in which Amazon EventBridge delivers events.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
export interface EventRecord {
  /** The position in the outbox, from 1. */
  readonly sequence: number;
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': EventType;
  readonly source: 'holdfast';
  readonly account: string;
  readonly time: Instant;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event that has no number yet, as those see it who may not give it one. */
export type WaitingEvent = Omit<EventRecord, 'sequence'>;

type VersionEvent = Extract<EventType, `Holdfast Version ${string}`>;

function versionArn(identity: StoreIdentity, key: VersionKey): string {
  const { repository, id, number } = key;
  return formatArn({ type: 'version', ...identity, repository, id, number });
}

/** An event about one version. */
export function versionEvent(
  identity: StoreIdentity,
  type: VersionEvent,
  version: VersionRecord,
  by: string,
): EventDraft {
  const { repository, id, number, digest, size } = version;
  return {
    type,
    resources: [versionArn(identity, version)],
    detail: { repository, id, number, digest, size, by },
  };
}

/** An event about one refused deletion, with what keeps the version. */
export function deletionRefused(
  identity: StoreIdentity,
  version: VersionRecord,
  usage: Usage,
  by: string,
): EventDraft {
  const { repository, id, number } = version;
  return {
    type: 'Holdfast Deletion Refused',
    resources: [versionArn(identity, version)],
    detail: {
      ...{ repository, id, number, by },
      users: usage.references.map(({ kind, consumer, slot }) => ({ kind, consumer, slot })),
      bookmarks: usage.bookmarks.map(({ name }) => name),
    },
  };
}

/** An event about a bookmark, with the consumers that came through it: they use what it stood on until they deploy again. */
export function bookmarkMoved(
  identity: StoreIdentity,
  bookmark: { repository: string; id: string; name: string },
  move: BookmarkMove,
  consumers: readonly string[],
): EventDraft {
  const { repository, id, name } = bookmark;
  return {
    type: 'Holdfast Bookmark Moved',
    resources: [formatArn({ type: 'bookmark', ...identity, repository, id, name }), ...consumers],
    detail: { repository, id, name, from: move.from ?? null, to: move.to ?? null, by: move.by, consumers },
  };
}

/** An event about one reference or pin. */
export function referenceEvent(
  identity: StoreIdentity,
  type: Extract<EventType, `Holdfast Reference ${string}`>,
  reference: ReferenceRecord,
): EventDraft {
  const { kind, version, consumer, slot, deployment, bookmark } = reference;
  return {
    type,
    resources: [versionArn(identity, version), consumer],
    detail: { kind, ...version, consumer, slot, deployment, ...(bookmark === undefined ? {} : { bookmark }) },
  };
}
