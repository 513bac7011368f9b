import { versionEvent, type EventDraft } from '../../../events/index.js';
import type { VersionRecord } from '../../../model.js';
import type { RecordVersionInput, RecordVersionResult } from '../../../ports/index.js';
import { check, put, update, type Action } from './actions.js';
import type { Context } from './context.js';
import { before, isCondemned, isLive, restoringArtifacts, reviving } from './deletion.js';
import { and, expr } from './expressions.js';
import type { VersionFacts } from './hints.js';
import {
  factsOf,
  versionRecord,
  type ArtifactItem,
  type ContentItem,
  type NewestFacts,
  type StoredAs,
  type TreeItem,
  type VersionItem,
} from './items.js';
import { artifactKey, contentKey, namedKey, shapeKey, treeKey, versionKey } from './keys.js';
import { asSeen, leasePath } from './leases.js';
import { findVersionItem } from './reading.js';

/** One version on its way into the catalog: what is asked, what is assumed, and in the end the answer. */
export interface Recording {
  readonly input: RecordVersionInput;
  /** The artifact's version of this content, once it is known that there is one. */
  existing?: VersionItem | undefined;
  result?: RecordVersionResult;
}

/** An action, and what to learn when its condition did not hold. */
export interface Step {
  readonly action: Action;
  readonly onRefusal?: (found: object | null) => Promise<void> | void;
}

/** A part of the transaction: its steps, its events, and what to remember once it is done. */
export interface Draft {
  readonly steps: readonly Step[];
  readonly events: readonly EventDraft[];
  readonly result: RecordVersionResult;
}

/** The content that versions are recorded of. */
export interface RecordedContent {
  readonly size: number;
  readonly storedAs?: StoredAs | undefined;
}

/** What one version adds to the transaction, besides its content. */
export function draftVersion(
  context: Context,
  recording: Recording,
  content: RecordedContent,
  tick: number,
): Draft {
  const { existing } = recording;
  if (existing === undefined) return draftNew(context, recording, content, tick);
  return existing.state === 'live'
    ? draftExisting(recording, existing)
    : draftRestored(context, recording, existing, tick);
}

function draftNew(context: Context, recording: Recording, content: RecordedContent, tick: number): Draft {
  const { input } = recording;
  const { repository, id, digest, treeDigest } = input;
  const last = context.hints.lastNumber(repository, id);
  const number = last + 1;
  const facts: VersionFacts = {
    ...{ repository, id, number, digest, size: content.size, mediaType: input.mediaType },
    ...{ publishedAt: input.at, publishedBy: input.by, labels: input.labels, provenance: input.provenance },
    ...(treeDigest === undefined ? {} : { treeDigest }),
  };
  const version: VersionRecord = { ...facts, state: 'live' };
  const item: VersionItem = { ...version, usages: 0, bookmarks: 0, born: tick, tick };
  return {
    steps: [
      {
        action: put(namedKey(repository, digest, id), facts, expr`attribute_not_exists(#pk)`),
        onRefusal: (found) => findExisting(context, recording, found as VersionFacts | null),
      },
      {
        action: numbering(
          content.storedAs === undefined ? facts : { ...facts, copy: content.storedAs },
          last,
          tick,
        ),
        onRefusal: (found) =>
          context.hints.sawNumber(repository, id, (found as ArtifactItem | null)?.last ?? 0),
      },
      { action: put(versionKey(version), item, expr`attribute_not_exists(#pk)`) },
      ...(treeDigest === undefined
        ? []
        : [
            {
              action: put(treeKey(repository, treeDigest), { digest, size: content.size } satisfies TreeItem),
            },
          ]),
      ...shapeSteps(input),
    ],
    events: [versionEvent(context.identity, 'Holdfast Version Published', version, input.by)],
    result: { outcome: 'created', version },
  };
}

/** By which trees like it are looked for before they are read. */
function shapeSteps({ repository, treeShape }: RecordVersionInput): Step[] {
  return treeShape === undefined ? [] : [{ action: put(shapeKey(repository, treeShape), {}) }];
}

/** Takes the next number, provided that the last one is what it was seen to be. */
function numbering(newest: NewestFacts, last: number, tick: number): Action {
  const { repository, id, number } = newest;
  return update(
    artifactKey(repository, id),
    {
      set: [
        ...[expr`#last = ${number}`, expr`#latest = ${number}`, expr`#tick = ${tick}`],
        ...[expr`#repository = ${repository}`, expr`#id = ${id}`, expr`#newest = ${newest}`],
      ],
      add: [expr`#live ${1}`, expr`#kept ${1}`],
    },
    last === 0 ? expr`attribute_not_exists(#last)` : and(expr`#last = ${last}`, before(tick)),
  );
}

async function findExisting(
  context: Context,
  recording: Recording,
  named: VersionFacts | null,
): Promise<void> {
  const item = named === null ? undefined : await findVersionItem(context, named);
  // Deleted since: then its name is free again.
  recording.existing = item?.state === 'deleted' ? undefined : item;
}

function draftExisting(recording: Recording, existing: VersionItem): Draft {
  return {
    steps: [
      { action: check(versionKey(existing), isLive), onRefusal: (found) => lookAgain(recording, found) },
      ...shapeSteps(recording.input),
    ],
    events: [],
    result: { outcome: 'existing', version: versionRecord(existing) },
  };
}

function draftRestored(context: Context, recording: Recording, existing: VersionItem, tick: number): Draft {
  const version: VersionRecord = { ...factsOf(existing), state: 'live' };
  return {
    steps: [
      {
        action: update(versionKey(existing), reviving(tick), and(isCondemned(existing), before(tick))),
        onRefusal: (found) => lookAgain(recording, found),
      },
      ...restoringArtifacts([existing], tick).map((action) => ({ action })),
      ...shapeSteps(recording.input),
    ],
    events: [versionEvent(context.identity, 'Holdfast Version Restored', version, recording.input.by)],
    result: { outcome: 'restored', version },
  };
}

function lookAgain(recording: Recording, found: object | null): void {
  const item = found as VersionItem | null;
  recording.existing = item === null || item.state === 'deleted' ? undefined : item;
}

/** The content that a recording with a lease assumes when it was never seen: the one that was just uploaded. */
export function assumedContent({
  repository,
  digest,
  size,
  lease,
}: RecordVersionInput): ContentItem | undefined {
  if (lease === undefined) return undefined;
  return { repository, digest, generation: 0, state: 'pending', size, versions: 0, leases: {} };
}

/** Where a content lies once these are recorded; undefined when the catalog is not told, or this process does not know. */
export function storedAs(recordings: readonly Recording[], seen: ContentItem): StoredAs | undefined {
  const { generation, state } = seen;
  const [uploaded] = recordings.flatMap(({ input }) => input.objectVersion ?? []);
  const objectVersion = state === 'stored' ? seen.objectVersion : uploaded;
  return generation === 0 || objectVersion === undefined ? undefined : { generation, objectVersion };
}

/** Ends the leases, says that the content is stored, and counts its new versions. */
export function contentStep(
  context: Context,
  recordings: readonly Recording[],
  seen: ContentItem,
  newVersions: number,
): Step | undefined {
  const { repository, digest } = seen;
  const leases = recordings.flatMap(({ input }) => input.lease ?? []);
  if (leases.length === 0 && newVersions === 0) return undefined;
  const pending = seen.state === 'pending';
  const [objectVersion] = recordings.flatMap(({ input }) => input.objectVersion ?? []);
  const changes = {
    set: pending
      ? [
          ...[expr`#state = ${'stored'}`, expr`#size = ${seen.size}`],
          ...(objectVersion === undefined ? [] : [expr`#objectVersion = ${objectVersion}`]),
        ]
      : [],
    remove: leases.map(leasePath),
    add: newVersions === 0 ? [] : [expr`#versions ${newVersions}`],
  };
  const stillSeen = [
    seen.generation === 0 ? expr`#state = ${seen.state}` : asSeen(seen),
    // The artifacts say it of their newest versions.
    ...(pending || seen.objectVersion === undefined ? [] : [expr`#objectVersion = ${seen.objectVersion}`]),
  ];
  const leased = leases.map((lease) => expr`attribute_exists(${leasePath(lease)})`);
  return {
    action: update(contentKey(repository, digest), changes, and(...stillSeen, ...leased)),
    onRefusal: (found) => learnContent(context, recordings, found as ContentItem | null),
  };
}

/** Recordings whose lease is gone, or that need bytes which are not there, have their answer. */
export function learnContent(
  context: Context,
  recordings: readonly Recording[],
  found: ContentItem | null | undefined,
): void {
  const { repository, digest } = recordings[0]!.input;
  context.hints.sawContent(repository, digest, found ?? undefined);
  for (const recording of recordings) {
    const { lease } = recording.input;
    if (lease === undefined) {
      if (found?.state !== 'stored') recording.result = { outcome: 'content-needed' };
    } else if (
      found === null ||
      found === undefined ||
      !(lease in found.leases) ||
      found.state.startsWith('remov')
    ) {
      recording.result = { outcome: 'lease-lost' };
    }
  }
}
