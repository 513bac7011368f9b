import { HoldfastError } from '@holdfast/core';
import type { CloudFormationApi } from '../evidence/api.js';
import type { LambdaApi } from '../lambda/api.js';
import { settleFunction } from '../lambda/settle-function.js';
import type { FunctionStore } from '../lambda/store.js';
import { reconcileStore } from '../reconcile/reconcile-store.js';
import type { StackOutcome } from '../settlement/outcome.js';
import { settleStack } from '../settlement/settle-stack.js';
import type { SettlingStore } from '../settlement/store.js';
import { readEvent } from './events.js';

export interface TrackerOptions {
  readonly store: SettlingStore & FunctionStore;
  readonly cloudFormation: CloudFormationApi;
  readonly lambda: LambdaApi;
  /** Has the tracker invoked again, to go on after this; without it the next run of the same instance goes on. */
  readonly goOn?: (after: string) => Promise<void>;
}

/** What Lambda gives beside the event, as far as the tracker needs it. */
export interface Invocation {
  /** Milliseconds until the function is ended. */
  getRemainingTimeInMillis(): number;
}

/** What the tracker did; the function's answer, and its log. */
export interface TrackerReport {
  readonly settled: readonly string[];
  readonly unchanged: number;
  /** What could not be decided; nothing was released there. */
  readonly undecided: readonly { readonly consumer: string; readonly reasons: readonly string[] }[];
  /** False when the time was over first: the next run goes on. */
  readonly complete: boolean;
  /** Give this as `after` to go on from here. */
  readonly last?: string;
}

export type TrackerHandler = (event: unknown, invocation?: Invocation) => Promise<TrackerReport>;

/** Milliseconds that are left for what is under way when the tracker begins nothing more. */
const RESERVE_MS = 30_000;

/**
 * A handler for CloudFormation's stack-status events, for calls of Lambda that CloudTrail tells of, and for a schedule, which settles
 * stacks and functions that were deployed by anything.
 *
 * Events may come twice, late and in any order: each reads what CloudFormation says now. When what an event is about cannot be
 * decided for a reason that may pass, it throws `unavailable`, so that Lambda tries the event again.
 */
export function createTracker(options: TrackerOptions): TrackerHandler {
  const { store, cloudFormation, lambda, goOn } = options;
  // A run that was cut short is gone on with while this copy of the function lives; the first run of a new one begins anew.
  let resumeAfter: string | undefined;
  return async (event, invocation) => {
    const task = readEvent(event);
    if (task.kind === 'settle') {
      const outcomes = await settleStack({ store, api: cloudFormation, stack: task.stackId });
      tellPassing(outcomes);
      return reportOf(outcomes, true);
    }
    if (task.kind === 'settle-function') {
      const place = () => cloudFormation.place();
      const outcomes = [await settleFunction({ store, lambda, place, arn: task.arn })];
      tellPassing(outcomes);
      return reportOf(outcomes, true);
    }
    if (task.kind === 'nothing') return reportOf([], true);
    const after = task.after ?? resumeAfter;
    const found = await reconcileStore({
      store,
      api: cloudFormation,
      lambda,
      all: true,
      signal: timeLimit(invocation),
      ...(after === undefined ? {} : { after }),
    });
    const cutShort = found.complete ? undefined : found.last;
    // Only what has got further goes on, so that this comes to an end.
    if (goOn === undefined) resumeAfter = cutShort;
    else if (cutShort !== undefined && cutShort !== after) await goOn(cutShort);
    const report = reportOf(found.outcomes, found.complete, found.last);
    const general = found.doubts.map(({ message }) => message);
    if (general.length === 0) return report;
    return { ...report, undecided: [...report.undecided, { consumer: '', reasons: general }] };
  };
}

function timeLimit(invocation: Invocation | undefined): AbortSignal {
  if (invocation === undefined) return new AbortController().signal;
  const left = invocation.getRemainingTimeInMillis() - RESERVE_MS;
  return left > 0 ? AbortSignal.timeout(left) : AbortSignal.abort();
}

function tellPassing(outcomes: readonly StackOutcome[]): void {
  const doubts = outcomes.flatMap(({ undecided }) => undecided);
  // Every other reason is there until somebody does something about it.
  const first = doubts.find(({ code }) => code === 'unavailable');
  if (first !== undefined) throw new HoldfastError('unavailable', first.message);
}

function reportOf(outcomes: readonly StackOutcome[], complete: boolean, last?: string): TrackerReport {
  return {
    settled: outcomes.filter(({ result }) => result === 'settled').map(({ consumer }) => consumer),
    unchanged: outcomes.filter(({ result }) => result === 'unchanged').length,
    undecided: outcomes
      .filter(({ undecided }) => undecided.length > 0)
      .map(({ consumer, undecided }) => ({ consumer, reasons: undecided.map(({ message }) => message) })),
    complete,
    ...(complete || last === undefined ? {} : { last }),
  };
}
