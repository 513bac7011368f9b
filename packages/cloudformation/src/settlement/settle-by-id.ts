import { randomUUID } from 'node:crypto';
import { HoldfastError, isHoldfastError, type ReferenceRecord } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import { doubtOf, readEvidence, type DescribedStack } from '../evidence/read-evidence.js';
import { readRetainedElsewhere } from '../evidence/read-moved.js';
import { readRefactoredWith, type Refactor } from '../evidence/read-refactors.js';
import { readRetained } from '../evidence/read-retained.js';
import type { StackEvidence } from '../evidence/types.js';
import { decideSettlement, retainedSince, type Settlement, type SettlementFacts } from './decide.js';
import { describeUnlessGone, findUses, type DigestCache, type MetElsewhere } from './find-uses.js';
import { undecided, type StackOutcome } from './outcome.js';
import type { FunctionUse } from './published.js';
import type { SettlingStore } from './store.js';
import { useKey, type Use } from './uses.js';

/** How often it begins again when somebody else settled the same stack in between. */
const ATTEMPTS = 5;

/** What all steps of settling work with. */
export interface SettleContext {
  readonly store: SettlingStore;
  readonly api: CloudFormationApi;
  readonly finished: ReadonlySet<string>;
  readonly pinLeaseMs: number;
  readonly dryRun: boolean;
  readonly forgetRetained: boolean;
  readonly clock: () => Date;
  readonly digests: DigestCache;
  readonly elsewhere: MetElsewhere;
  /** Stacks that this call has settled or is settling: a stack that is nested in several ways is settled once. */
  readonly visited: Set<string>;
  /** Stacks that were described on the way to them, by their ID. */
  readonly described: Map<string, DescribedStack>;
}

/** Settles a stack and those nested in it. Never throws for an answer that was not had. */
export async function settleById(context: SettleContext, stackId: string): Promise<StackOutcome[]> {
  if (context.visited.has(stackId)) return [];
  context.visited.add(stackId);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await settleOnce(context, stackId);
      } catch (error) {
        if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
      }
    }
  } catch (error) {
    return [undecided(stackId, [doubtOf(error, `settle ${stackId}`)])];
  }
}

async function settleOnce(context: SettleContext, stackId: string): Promise<StackOutcome[]> {
  const { store, api } = context;
  // In this order: what is pinned after the evidence was read is not released by it.
  const { revision, references: held } = await store.consumer(stackId);
  const described = context.described.get(stackId);
  context.described.delete(stackId);
  const evidence = await readEvidence(api, stackId, described);
  const outcomes: StackOutcome[] = [];
  for (const id of evidence.nested) outcomes.push(...(await settleById(context, id)));

  const facts = await gatherFacts(context, evidence, held);
  let settlement = decideSettlement(facts);
  if (settlement.needs.length > 0) {
    settlement = await readNeeded(context, facts, settlement, outcomes);
  }
  // Before it goes here, as everywhere.
  outcomes.push(...(await holdForFunctions(context, settlement.published)));
  const outcome = await apply(context, stackId, revision, held, settlement);
  return [...outcomes, evidence.status === undefined ? outcome : { ...outcome, status: evidence.status }];
}

/**
 * Adds to what a stack holds what it would keep of pins that may have been for it, and releases nothing. Throws when that could not be
 * decided.
 */
export async function keepOfPins(
  context: SettleContext,
  stackId: string,
  pins: readonly ReferenceRecord[],
): Promise<StackOutcome[]> {
  const outcomes: StackOutcome[] = [];
  const { revision, references: held } = await context.store.consumer(stackId);
  const facts = await gatherFacts(context, await readEvidence(context.api, stackId), [...held, ...pins]);
  let settlement = decideSettlement(facts);
  if (settlement.needs.length > 0) settlement = await readNeeded(context, facts, settlement, outcomes);
  const [doubt] = settlement.undecided;
  if (doubt !== undefined) throw new HoldfastError('unavailable', doubt.message);
  outcomes.push(...(await holdForFunctions(context, settlement.published)));
  const { because, references } = settlement;
  const added = { because, references, mode: 'add', releasePins: [], undecided: [] } as const;
  const outcome = await apply(context, stackId, revision, held, added);
  if (outcome.result !== 'unchanged') outcomes.push(outcome);
  return outcomes;
}

async function gatherFacts(
  { store, digests, elsewhere, forgetRetained }: SettleContext,
  evidence: StackEvidence,
  held: readonly ReferenceRecord[],
): Promise<SettlementFacts> {
  const own = await findUses(store, evidence.texts, held, digests, elsewhere);
  const pending = await Promise.all(
    evidence.pending.map(({ texts }) => findUses(store, texts, held, digests, elsewhere)),
  );
  return {
    evidence,
    held,
    forgetRetained,
    functionsHold: store.versionsOfContent !== undefined,
    used: own.uses,
    wanted: pending.flatMap(({ uses }) => uses),
    doubts: [...own.doubts, ...pending.flatMap(({ doubts }) => doubts)],
  };
}

/** Reads what would speak against what would go, and decides again. With no answer, nothing goes. */
async function readNeeded(
  context: SettleContext,
  facts: SettlementFacts,
  { leaving }: Settlement,
  outcomes: StackOutcome[],
): Promise<Settlement> {
  const { api } = context;
  const { stackId } = facts.evidence;
  try {
    const since = retainedSince(leaving);
    const refactors = await settleOthers(context, stackId, outcomes);
    const retained = [
      ...(await readRetained(api, stackId, since)),
      ...(await readRetainedElsewhere(api, stackId, refactors, since)),
    ];
    return decideSettlement({ ...facts, retained, othersSettled: true });
  } catch (error) {
    const doubt = doubtOf(error, `find out where the resources of ${stackId} went`);
    return decideSettlement({ ...facts, doubts: [...facts.doubts, doubt] });
  }
}

/**
 * Adds the references of every stack that resources of this one may have moved to, before they go from this one. Returns the
 * refactorings that may have moved them.
 */
async function settleOthers(
  context: SettleContext,
  stackId: string,
  outcomes: StackOutcome[],
): Promise<readonly Refactor[]> {
  const added = new Set<string>();
  for (;;) {
    const { stackIds, refactors, running } = await readRefactoredWith(context.api, stackId);
    if (running) {
      throw new HoldfastError('unavailable', `resources are being moved from or to ${stackId}`);
    }
    const others = stackIds.filter((id) => !added.has(id));
    if (others.length === 0) return refactors;
    for (const id of others) {
      added.add(id);
      const outcome = await addFound(context, id);
      if (outcome.result !== 'unchanged') outcomes.push(outcome);
    }
  }
}

/** Adds the references that a stack's templates name; releases none. Throws when they could not be read. */
async function addFound(context: SettleContext, stackId: string): Promise<StackOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const { revision, references: held } = await context.store.consumer(stackId);
    const facts = await gatherFacts(context, await readEvidence(context.api, stackId), held);
    const { because, undecided: doubts } = decideSettlement(facts);
    const [doubt] = doubts.filter(({ code }) => code !== 'not-found');
    if (doubt !== undefined) {
      throw new HoldfastError('unavailable', `resources may have moved to ${stackId}: ${doubt.message}`);
    }
    if (because === 'changing') {
      // What it may go back to stands in no template: it may be what came from here.
      throw new HoldfastError(
        'unavailable',
        `resources may have moved to ${stackId}, which is being changed or was left half changed`,
      );
    }
    const references = because === 'gone' || because === 'never-made' ? [] : [...facts.used, ...facts.wanted];
    const settlement = { because, references, mode: 'add', releasePins: [], undecided: [] } as const;
    try {
      return await apply(context, stackId, revision, held, settlement);
    } catch (error) {
      if (!isHoldfastError(error) || error.code !== 'conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Adds what published versions go on with to what their functions hold. */
async function holdForFunctions(
  { store, dryRun }: SettleContext,
  published: readonly FunctionUse[],
): Promise<StackOutcome[]> {
  const outcomes: StackOutcome[] = [];
  for (const [consumer, uses] of Map.groupBy(published, (it) => it.consumer)) {
    const { revision, references: held } = await store.consumer(consumer);
    const have = new Set(held.filter(({ kind }) => kind === 'reference').map(useKey));
    const added = uses.map(({ use }) => use).filter((use) => !have.has(useKey(use)));
    if (added.length === 0) continue;
    if (!dryRun) {
      const deployment = randomUUID();
      await store.settle({ consumer, revision, deployment, references: added, mode: 'add', releasePins: [] });
    }
    const notes = ['published versions go on with it; holdfast reconcile finds out with which of it'];
    outcomes.push({ consumer, result: 'settled', added, released: [], undecided: [], notes });
  }
  return outcomes;
}

type Applied = Pick<Settlement, 'because' | 'references' | 'mode' | 'releasePins' | 'undecided'>;

async function apply(
  { store, dryRun }: SettleContext,
  consumer: string,
  revision: number,
  held: readonly ReferenceRecord[],
  settlement: Applied,
): Promise<StackOutcome> {
  const { because, undecided: doubts, mode, releasePins } = settlement;
  const { references, notes } = await withoutGone(store, settlement.references, held);
  const { added, released } = changes(held, { references, mode, releasePins });
  const changed = added.length + released.length > 0;
  if (changed && !dryRun) {
    await store.settle({ consumer, revision, deployment: randomUUID(), references, mode, releasePins });
  }
  const result = doubts.length > 0 ? 'undecided' : changed ? 'settled' : 'unchanged';
  return { consumer, because, result, added, released, undecided: doubts, notes };
}

/** What a settlement changes of what is held. */
function changes(
  held: readonly ReferenceRecord[],
  { references, mode, releasePins }: Pick<Applied, 'references' | 'mode' | 'releasePins'>,
): { added: Use[]; released: ReferenceRecord[] } {
  const have = new Set(held.filter(({ kind }) => kind === 'reference').map(useKey));
  const listed = new Set(references.map(useKey));
  return {
    added: references.filter((use) => !have.has(useKey(use))),
    released: held.filter((it) =>
      it.kind === 'pin' ? releasePins.includes(it.deployment) : mode === 'replace' && !listed.has(useKey(it)),
    ),
  };
}

/** Leaves out versions that no longer exist, or never did: nothing can protect them any more, and they must not stop the others. */
async function withoutGone(
  store: SettlingStore,
  uses: readonly Use[],
  held: readonly ReferenceRecord[],
): Promise<{ references: Use[]; notes: string[] }> {
  // What is held is there.
  const have = new Set(held.map(useKey));
  const isThere = async (use: Use): Promise<boolean> => {
    const { repository, id, number } = use.version;
    return (
      have.has(useKey(use)) || (await describeUnlessGone(store, `${id}:${number}`, repository)) !== undefined
    );
  };
  // All at once: an engine may answer what is asked in one moment with one request.
  const there = await Promise.all(uses.map(isThere));
  const gone = uses.filter((_, i) => there[i] === false);
  return {
    references: uses.filter((_, i) => there[i] === true),
    notes: gone.map(({ slot, version: { repository, id, number } }) => {
      return `${slot} uses ${repository}/${id}:${number}, which is not in the store`;
    }),
  };
}
