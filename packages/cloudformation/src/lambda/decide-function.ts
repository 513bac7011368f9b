import type { ReferenceRecord } from '@holdfast/core';
import type { Doubt } from '../evidence/types.js';
import { asUse, distinct, type Use } from '../settlement/uses.js';
import type { FunctionEvidence } from './read-function.js';

/** What a decision about a function follows from. */
export interface FunctionFacts {
  /** Undefined on Lambda's definite answer that there is no such function. */
  readonly evidence: Pick<FunctionEvidence, 'arn' | 'atRest' | 'unknown' | 'doubts'> | undefined;
  /** What the function held before the evidence was read. */
  readonly held: readonly ReferenceRecord[];
  /** The versions of its codes. */
  readonly used: readonly Use[];
  /** Deployments that are over: said to be, or past their lease. */
  readonly over: ReadonlySet<string>;
}

export interface FunctionSettlement {
  readonly references: readonly Use[];
  /** `replace` only on definite evidence. */
  readonly mode: 'replace' | 'add';
  readonly releasePins: readonly string[];
  /** What could not be decided. */
  readonly undecided: readonly Doubt[];
  readonly notes: readonly string[];
}

/**
 * Decides what a function uses. Pure. With any doubt, and while its code is being updated, what was found is added and nothing
 * goes. A slot of which nobody knows what it holds keeps what it held.
 */
export function decideFunction({ evidence, held, used, over }: FunctionFacts): FunctionSettlement {
  const pinned = new Set(held.filter(({ kind }) => kind === 'pin').map(({ deployment }) => deployment));
  const releasePins = [...pinned].filter((deployment) => over.has(deployment));
  if (evidence === undefined) {
    return { references: [], mode: 'replace', releasePins, undecided: [], notes: [] };
  }
  const { arn, atRest, unknown, doubts } = evidence;
  if (doubts.length > 0) return add(used, doubts, []);
  if (!atRest) return add(used, [], [`the code of ${arn} is being updated, or its last update failed`]);
  const dark = new Set(unknown.map(({ slot }) => slot));
  const kept = held.filter(({ kind, slot }) => kind === 'reference' && dark.has(slot)).map(asUse);
  // A layer that was never ours and may not be looked at is no reason to be in doubt for ever.
  const undecided = unknown.filter(({ slot }) => held.some((it) => it.slot === slot));
  const foreign = unknown.filter(({ slot }) => !held.some((it) => it.slot === slot));
  return {
    references: distinct([...used, ...kept]),
    mode: 'replace',
    releasePins,
    undecided: undecided.map(({ code, message }) => ({ code, message })),
    notes: foreign.map(({ slot, message }) => `${slot}: ${message}`),
  };
}

function add(
  used: readonly Use[],
  undecided: readonly Doubt[],
  notes: readonly string[],
): FunctionSettlement {
  return { references: used, mode: 'add', releasePins: [], undecided, notes };
}
