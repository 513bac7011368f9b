import type { ReferenceRecord, VersionKey } from '../../../model.js';
import type { Actor } from '../../../ports/index.js';
import type { Action } from './actions.js';
import { carryOut, type Context, type Plan } from './context.js';
import { referenceRecord, type VersionItem } from './items.js';
import { consumerUsesKey, versionKey } from './keys.js';
import { MAX_ACTIONS, type Refusals } from './table-client.js';
import { actionsFor, identityOf, versionText, type Aimed, type UseChange } from './uses.js';

/** What a run of changes needs to know besides the changes. */
export interface ChangeOptions extends Actor {
  readonly consumer: string;
  /** Whether condemned versions come back when a use is added, or are refused. */
  readonly revives: boolean;
  /** An action on the consumer that every transaction carries; another one for the last. Its refusal ends the run. */
  readonly guard?: (isLast: boolean) => Action;
  /** What the first transaction that releases a reference carries besides. The refusal of any ends the run. */
  readonly onRelease?: readonly Action[];
}

export interface ChangeReport {
  readonly outcome: 'done' | 'missing' | 'guard-refused';
  /** What was changed, also when the run ended early. */
  readonly done: readonly UseChange[];
  /** Versions that cannot be used, as far as they were met. */
  readonly missing: readonly VersionKey[];
}

/** One transaction's changes and what is learned about them from refusals. */
interface Run {
  left: UseChange[];
  readonly done: UseChange[];
  readonly revived: Map<string, VersionItem>;
  readonly missing: VersionKey[];
  refused: boolean;
  onRelease: readonly Action[];
}

const releases = ({ kind, use }: UseChange): boolean => kind === 'drop' && use.kind === 'reference';

/** Makes the changes in their order, in as many transactions as they need. */
export async function changeUses(
  context: Context,
  changes: readonly UseChange[],
  options: ChangeOptions,
): Promise<ChangeReport> {
  const { onRelease = [] } = options;
  const run: Run = {
    ...{ left: [...changes], done: [], revived: new Map(), missing: [], refused: false, onRelease },
  };
  const report = (outcome: ChangeReport['outcome']): ChangeReport => ({
    outcome,
    done: run.done,
    missing: run.missing,
  });
  for (let first = true; first || run.left.length > 0; first = false) {
    const chunk = await carryOut(context, planner(context, run, options));
    if (run.refused) return report('guard-refused');
    if (run.missing.length > 0) return report('missing');
    if (chunk.some(releases)) run.onRelease = [];
    run.done.push(...chunk);
    run.left = run.left.slice(chunk.length);
  }
  return report('done');
}

function planner(context: Context, run: Run, options: ChangeOptions) {
  let aimed: readonly Aimed[] = [];
  return (refusals: Refusals | undefined): Plan<readonly UseChange[]> => {
    for (const [i, { subject }] of aimed.entries()) {
      const found = refusals?.[i];
      if (found === undefined) continue;
      if (subject.of === 'version') learnVersion(run, subject.version, found as VersionItem | null, options);
      if (subject.of === 'use') learnUse(run, subject.change, found as ReferenceRecord | null);
    }
    if (refusals?.slice(aimed.length).some((found) => found !== undefined)) run.refused = true;
    if (run.refused || run.missing.length > 0) return { actions: [], result: [] };
    const chunk = firstChunk(run);
    aimed = chunk.length === 0 ? [] : actionsFor(context, options.consumer, chunk, run.revived, options);
    const guard = options.guard?.(chunk.length === run.left.length);
    return {
      actions: [
        ...aimed.map(({ action }) => action),
        ...(guard === undefined ? [] : [guard]),
        ...(chunk.some(releases) ? run.onRelease : []),
      ],
      result: chunk,
    };
  };
}

function learnVersion(
  run: Run,
  version: VersionKey,
  found: VersionItem | null,
  { revives }: ChangeOptions,
): void {
  const text = versionText(version);
  run.revived.delete(text);
  if (found?.state === 'live') return;
  if (found?.state === 'condemned' && revives) run.revived.set(text, found);
  else run.missing.push(version);
}

/** A use that is there already is brought up to date, one that is gone is added or is done with. */
function learnUse(run: Run, change: UseChange, found: ReferenceRecord | null): void {
  const i = run.left.indexOf(change);
  if (change.kind === 'drop') {
    run.left.splice(i, 1);
  } else if (found === null) {
    run.left[i] = { kind: 'add', use: change.use };
  } else {
    const next = touched(referenceRecord(found), change.use);
    run.left.splice(i, 1, ...(next === undefined ? [] : [next]));
  }
}

/** The change that brings a known use up to date; undefined when it is. It stays as old as it is. */
export function touched(known: ReferenceRecord, wanted: ReferenceRecord): UseChange | undefined {
  if (known.deployment === wanted.deployment && known.bookmark === wanted.bookmark) return undefined;
  return { kind: 'touch', use: { ...wanted, since: known.since } };
}

/** The list of consumers, the guard, and the outbox of a repository. */
const FIXED_ACTIONS = 3;

/** As many of the changes as one transaction takes, from the first on. */
function firstChunk({ left, revived, onRelease }: Run): UseChange[] {
  const items = new Set<string>();
  let revivals = 0;
  for (const [i, { use }] of left.entries()) {
    const { version, consumer } = use;
    items.add(identityOf(use));
    items.add(versionKey(version).pk + versionKey(version).sk);
    items.add(consumerUsesKey(consumer, version).sk);
    items.add(`${version.repository}#outbox`);
    // A version that comes back changes its artifact, and leaves the list of the condemned.
    if (revived.has(versionText(version))) revivals += 2;
    if (items.size + revivals + FIXED_ACTIONS + onRelease.length > MAX_ACTIONS) return left.slice(0, i);
  }
  return left;
}
