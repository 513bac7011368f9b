import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { EventRecord } from '../../../events/index.js';

/**
 * What one request may hold. The bytes are those of all its entries together.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024 - 1;

/** What EventBridge counts for the time of an entry. */
const TIME_BYTES = 14;

/** An entry, and the event that it tells of. */
export interface Entry {
  readonly event: EventRecord;
  readonly entry: PutEventsRequestEntry;
}

/**
 * The event as EventBridge takes it. EventBridge gives each delivery an ID of its own, so the detail carries Holdfast's: `eventId`
 * is the same whenever an event is sent again, and `sequence` is its place in the outbox.
 *
 * Lists that would not fit are cut to their beginning, and `shortened` says so; the outbox has the whole event.
 */
export function entryOf(event: EventRecord, bus: string): PutEventsRequestEntry {
  let { resources, detail } = event;
  for (;;) {
    const shortened = detail === event.detail ? {} : { shortened: true };
    const entry = {
      EventBusName: bus,
      Source: event.source,
      DetailType: event['detail-type'],
      Time: new Date(event.time),
      Resources: [...resources],
      Detail: JSON.stringify({ ...detail, ...shortened, sequence: event.sequence, eventId: event.id }),
    };
    if (bytesOf(entry) <= MAX_BYTES || longestList(resources, detail) <= 1) return entry;
    resources = firstHalf(resources);
    detail = Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [name, Array.isArray(value) ? firstHalf(value) : value]),
    );
  }
}

function longestList(resources: readonly unknown[], detail: EventRecord['detail']): number {
  const lists = Object.values(detail).filter((value) => Array.isArray(value));
  return Math.max(resources.length, ...lists.map((list) => list.length));
}

function firstHalf<T>(list: readonly T[]): readonly T[] {
  return list.slice(0, Math.ceil(list.length / 2));
}

/** Bytes of an entry as EventBridge counts them. */
export function bytesOf({ Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return TIME_BYTES + texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
}

/** Divides entries into requests, in their order. */
export function requestsOf(entries: readonly Entry[]): Entry[][] {
  const requests: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry.entry);
    const last = requests.at(-1);
    if (last === undefined || last.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      requests.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return requests;
}
