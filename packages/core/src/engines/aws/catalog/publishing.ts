import type { RecordVersionInput, RecordVersionResult } from '../../../ports/index.js';
import { carryOut, type Context, type Plan } from './context.js';
import { factsOf, versionRecord, type ContentItem, type VersionItem } from './items.js';
import { contentKey, isTreeKey, namedKey, type Key } from './keys.js';
import type { VersionFacts } from './hints.js';
import { emit } from './outbox.js';
import { findVersionItem } from './reading.js';
import {
  assumedContent,
  contentStep,
  draftVersion,
  learnContent,
  storedAs,
  type Draft,
  type Recording,
  type Step,
} from './recording.js';
import { MAX_ACTIONS, type Refusals } from './table-client.js';

/** At most so many actions are one version's, besides the hints of its tree: name, number, version, content. */
const ACTIONS_PER_VERSION = 4;

/**
 * Records versions of one repository in as few transactions as they fit, each version whole or not at all.
 *
 * With a lease nothing is read before: what was seen last is assumed, and a refusal says what is there instead.
 */
export async function recordVersions(
  context: Context,
  inputs: readonly RecordVersionInput[],
): Promise<RecordVersionResult[]> {
  const recordings = inputs.map((input): Recording => ({ input }));
  // Those with a lease first: they may store the very content that others rely on.
  const leased = recordings.filter(({ input }) => input.lease !== undefined);
  const blind = recordings.filter(({ input }) => input.lease === undefined);
  for (const together of [...groups(leased), ...groups(blind)]) {
    await lookFirst(context, together);
    const drafts = await carryOut(context, planner(context, together));
    for (const [recording, draft] of drafts) finish(context, recording, draft);
  }
  return recordings.map(({ result }) => result!);
}

/** Versions that fit one transaction: no two of one artifact, which it could not number at once. */
function groups(recordings: readonly Recording[]): Recording[][] {
  const result: { members: Recording[]; ids: Set<string>; actions: number }[] = [];
  for (const recording of recordings) {
    const { id, treeDigest, treeShape } = recording.input;
    const cost = ACTIONS_PER_VERSION + (treeDigest === undefined ? 0 : 1) + (treeShape === undefined ? 0 : 1);
    let group = result.find(({ ids, actions }) => !ids.has(id) && actions + cost < MAX_ACTIONS);
    if (group === undefined) result.push((group = { members: [], ids: new Set(), actions: 1 }));
    group.members.push(recording);
    group.ids.add(id);
    group.actions += cost;
  }
  return result.map(({ members }) => members);
}

/** Without a lease it is unknown whether the content is there at all, so that is looked up. */
async function lookFirst(context: Context, together: readonly Recording[]): Promise<void> {
  if (together[0]?.input.lease !== undefined) return;
  const text = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);
  const keysOf = ({ input: { repository, id, digest } }: Recording): [Key, Key] => [
    contentKey(repository, digest),
    namedKey(repository, digest, id),
  ];
  const keys = [...new Map(together.flatMap(keysOf).map((key) => [text(key), key])).values()];
  const found = new Map((await context.table.snapshot(keys)).map((item, i) => [text(keys[i]!), item]));
  for (const recording of together) {
    const [content, named] = keysOf(recording).map((key) => found.get(text(key)));
    learnContent(context, [recording], content as ContentItem | undefined);
    if (recording.result !== undefined || named === undefined) continue;
    const item: VersionItem | undefined = await findVersionItem(context, named as VersionFacts);
    if (item?.state === 'live') recording.result = { outcome: 'existing', version: versionRecord(item) };
    else if (item?.state === 'condemned') recording.existing = item;
  }
}

function planner(context: Context, together: readonly Recording[]) {
  let steps: readonly Step[] = [];
  return async (refusals: Refusals | undefined): Promise<Plan<Map<Recording, Draft>>> => {
    for (const [i, step] of steps.entries()) {
      const found = refusals?.[i];
      if (found !== undefined) await step.onRefusal?.(found);
    }
    const open = together.filter(({ result }) => result === undefined);
    const tick = context.ticks.next();
    const drafts = new Map<Recording, Draft>();
    steps = oneHintPerTree(byContent(open).flatMap((group) => stepsOf(context, group, tick, drafts)));
    const events = [...drafts.values()].flatMap((draft) => draft.events);
    const { repository, at } = together[0]!.input;
    return {
      actions: [...steps.map(({ action }) => action), ...emit(repository, tick, at, events)],
      result: drafts,
    };
  };
}

/** A transaction takes one action on an item; of the hints of one tree any will do. */
function oneHintPerTree(steps: readonly Step[]): Step[] {
  const trees = new Set<string>();
  return steps.filter(({ action: { key } }) => {
    if (!isTreeKey(key)) return true;
    const known = trees.has(key.sk);
    trees.add(key.sk);
    return !known;
  });
}

function byContent(recordings: readonly Recording[]): Recording[][] {
  return [...Map.groupBy(recordings, ({ input }) => input.digest).values()];
}

/** The steps of the versions of one content; their drafts are put into the map. */
function stepsOf(
  context: Context,
  recordings: readonly Recording[],
  tick: number,
  drafts: Map<Recording, Draft>,
): Step[] {
  const { input } = recordings[0]!;
  const seen = seenContent(context, input);
  const content = { size: seen.size, storedAs: storedAs(recordings, seen) };
  const own = recordings.map((recording) => {
    const draft = draftVersion(context, recording, content, tick);
    drafts.set(recording, draft);
    return draft;
  });
  const created = own.filter(({ result }) => result.outcome === 'created').length;
  const step = contentStep(context, recordings, seen, created);
  return [...(step === undefined ? [] : [step]), ...own.flatMap(({ steps }) => steps)];
}

/** What was seen last; while pending its size is that of the bytes that were just uploaded. */
function seenContent({ hints }: Context, input: RecordVersionInput): ContentItem {
  const { repository, digest, size } = input;
  const seen = hints.content(repository, digest) ?? assumedContent(input)!;
  if (seen.state === 'stored') return seen;
  return { ...seen, state: 'pending', size };
}

function finish({ hints }: Context, recording: Recording, { result }: Draft): void {
  recording.result = result;
  if (!('version' in result)) return;
  const { repository, id, number, digest } = result.version;
  hints.sawVersion(factsOf(result.version));
  if (result.outcome === 'created') hints.sawNumber(repository, id, number);
  const seen = hints.content(repository, digest);
  if (seen === undefined) return;
  const objectVersion = seen.state === 'stored' ? undefined : recording.input.objectVersion;
  hints.sawContent(repository, digest, {
    ...{ ...seen, state: 'stored', size: result.version.size },
    ...(objectVersion === undefined ? {} : { objectVersion }),
  });
}
