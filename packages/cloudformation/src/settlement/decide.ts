import type { ReferenceRecord } from '@holdfast/core';
import type { Doubt, RetainedResource, StackEvidence } from '../evidence/types.js';
import { dispositionOf, isAtRest, type Disposition } from './dispositions.js';
import { publishedUses, type FunctionUse } from './published.js';
import {
  asRetained,
  asUse,
  distinct,
  isMarkedRetained,
  isSlotOf,
  TEMPLATE_SLOT,
  useKey,
  type Use,
} from './uses.js';

/**
 * Milliseconds. A use may be older than the record of it: it was found in a stack that was being deleted already, or the clocks
 * differ. An event counts for every use that was recorded up to so long after it.
 */
const LATE_RECORD_MS = 7 * 24 * 3_600_000;

/** What a decision follows from. */
export interface SettlementFacts {
  readonly evidence: StackEvidence;
  /** The references and pins of the stack, as they were before the evidence was read. */
  readonly held: readonly ReferenceRecord[];
  /** What the templates and parameters of the stack itself name. */
  readonly used: readonly Use[];
  /** What its pending change sets name. */
  readonly wanted: readonly Use[];
  /** What could not be found out about these uses. */
  readonly doubts: readonly Doubt[];
  /** Read only when something would go. */
  readonly retained?: readonly RetainedResource[];
  /** True when whoever calls says that the account no longer has what was retained earlier. */
  readonly forgetRetained?: boolean;
  /** False for a store in which functions hold nothing themselves: what their published versions have stays with the stack. */
  readonly functionsHold?: boolean;
  /** True when every stack that resources may have moved to has been settled since the evidence was read. */
  readonly othersSettled?: boolean;
}

/** What to do with the references and pins of a stack. */
export interface Settlement {
  /** Why: what the status says, `waiting` for a change set that is pending, `absent` when there is no such stack. */
  readonly because: Disposition | 'waiting' | 'absent' | 'doubt';
  readonly references: readonly Use[];
  /** `replace` only on definite evidence. */
  readonly mode: 'replace' | 'add';
  /** Deployments whose pins go. */
  readonly releasePins: readonly string[];
  /** What could not be decided. Present: nothing goes. */
  readonly undecided: readonly Doubt[];
  /** What has to be read before this may be done: something would go, and it may be retained, or have moved elsewhere. */
  readonly needs: readonly ('retained' | 'others')[];
  /** What would go. */
  readonly leaving: readonly ReferenceRecord[];
  /** What published versions of functions go on with: to be held for these functions before it goes here. */
  readonly published: readonly FunctionUse[];
}

/**
 * Decides what a stack uses. Pure.
 *
 * Whatever is in doubt stays: with any doubt, while the stack changes, and while a change set is pending, what was found is
 * added and nothing goes. Pins of a stack that has an ID belong to deployments that CloudFormation was asked to carry out; once
 * the stack is at rest and no change set is pending they are over.
 */
export function decideSettlement(facts: SettlementFacts): Settlement {
  const { evidence, used, wanted } = facts;
  const { status, rootStatus, pending } = evidence;
  const add = (because: Settlement['because'], undecided: readonly Doubt[] = []): Settlement => ({
    because,
    references: distinct([...used, ...wanted]),
    mode: 'add',
    releasePins: [],
    undecided,
    needs: [],
    leaving: [],
    published: [],
  });
  const doubts = [...evidence.doubts, ...facts.doubts];
  if (doubts.length > 0) return add('doubt', doubts);
  if (status === undefined) return add('absent', absent(facts));
  const disposition = dispositionOf(status);
  if (disposition === 'unknown') return add('unknown', [unknownStatus(evidence.stackId, status)]);
  if (disposition === 'changing') return add('changing');
  if (rootStatus !== undefined && !isAtRest(rootStatus)) return add('changing');
  if (pending.length > 0) return add('waiting');
  return settleAtRest(facts, disposition);
}

/** Nothing is in doubt, and nothing is about to happen. */
function settleAtRest(
  facts: SettlementFacts,
  disposition: Exclude<Disposition, 'changing' | 'unknown'>,
): Settlement {
  const { held, retained } = facts;
  // The template of a stack that was rolled back adds to what it used before; one that never was uses nothing of it.
  const named = disposition === 'current' || disposition === 'rolled-back' ? facts.used : [];
  const mode = disposition === 'current' || disposition === 'gone' ? 'replace' : 'add';
  const marked = held.filter((use) => isMarkedRetained(use) && facts.forgetRetained !== true);
  const references = held.filter(({ kind }) => kind === 'reference');
  const stays = new Set([...named, ...marked, ...(mode === 'add' ? references : [])].map(useKey));
  // A pin says since when a use has been, also where a younger reference to the same stays.
  const said = new Set(named.map(useKey));
  const leaving = held.filter(
    (use) => !isMarkedRetained(use) && !(use.kind === 'pin' ? said : stays).has(useKey(use)),
  );
  const published = publishedUses(leaving, retained ?? [], mayConcern);
  const stuck = new Set(facts.functionsHold === false ? published.map(({ from }) => from) : []);
  const kept = leaving.flatMap((use) => {
    if (stuck.has(use) || isRetained(use, retained ?? [])) return [asRetained(use)];
    return disposition === 'rolled-back' && mayBeOld(use, facts) ? [asUse(use)] : [];
  });
  const pins = held.filter(({ kind }) => kind === 'pin');
  // A template is no resource: none of it is retained, or moves to another stack.
  const mayGoOn = leaving.some(({ slot }) => slot !== TEMPLATE_SLOT);
  return {
    because: disposition,
    references: distinct([...named, ...marked.map(asUse), ...kept]),
    mode,
    releasePins: [...new Set(pins.map(({ deployment }) => deployment))],
    undecided: [],
    needs: !mayGoOn
      ? []
      : [
          ...(retained === undefined ? (['retained'] as const) : []),
          ...(facts.othersSettled === true ? [] : (['others'] as const)),
        ],
    leaving,
    published: facts.functionsHold === false ? [] : published,
  };
}

/** The earliest instant at which something of what would go may have been retained. */
export function retainedSince(leaving: readonly ReferenceRecord[]): string {
  const first = leaving.map(({ since }) => Date.parse(since)).reduce((a, b) => Math.min(a, b), Infinity);
  return new Date(first - LATE_RECORD_MS).toISOString();
}

/** Whether something that happened at an instant may have been done to a use, by the time of its record. */
function mayConcern({ since }: ReferenceRecord, at: string): boolean {
  return at >= new Date(Date.parse(since) - LATE_RECORD_MS).toISOString();
}

function isRetained(use: ReferenceRecord, retained: readonly RetainedResource[]): boolean {
  // A nested stack that was retained, or could not be deleted, goes on with everything in it.
  return retained.some((it) => mayConcern(use, it.at) && isSlotOf(use.slot, it.logicalId));
}

/**
 * Whether a pin may be what the stack went back to. CloudFormation is believed to give the old template after a rollback, but
 * does not say so; a template that names for the slot what was never held before the pin may be the one that failed.
 */
function mayBeOld(pin: ReferenceRecord, { used, held }: SettlementFacts): boolean {
  const named = used.filter(({ slot }) => slot === pin.slot).map(useKey);
  const before = new Set(held.filter(({ since }) => since <= pin.since).map(useKey));
  return named.length > 0 && !named.some((key) => before.has(key));
}

function absent({ evidence, held }: SettlementFacts): Doubt[] {
  if (held.length === 0) return [];
  const message = `CloudFormation does not know ${evidence.stackId}; it forgets deleted stacks after 90 days, and what they retained with them`;
  return [{ code: 'not-found', message }];
}

function unknownStatus(stackId: string, status: string): Doubt {
  return {
    code: 'unsupported',
    message: `${stackId} has the status ${status}, which this release does not know`,
  };
}
