import type { ReferenceRecord } from '@holdfast/core';
import type { Doubt } from '../evidence/types.js';
import type { Settlement } from './decide.js';
import type { Use } from './uses.js';

/** What settling did to one consumer, or with `dryRun` would do. */
export interface StackOutcome {
  /** A stack ID, or its ARN without the unique part. */
  readonly consumer: string;
  /**
   * - `settled`: references or pins changed
   * - `unchanged`: everything was as it should be
   * - `undecided`: something could not be found out, so nothing was released; references that were found have been added
   */
  readonly result: 'settled' | 'unchanged' | 'undecided';
  /** The stack's status, where it was read. */
  readonly status?: string;
  readonly because?: Settlement['because'];
  readonly added: readonly Use[];
  readonly released: readonly ReferenceRecord[];
  /** What could not be decided, and why. */
  readonly undecided: readonly Doubt[];
  /** What whoever runs this should know, and nobody has to do anything about at once. */
  readonly notes: readonly string[];
}

export function undecided(consumer: string, doubts: readonly Doubt[]): StackOutcome {
  return { consumer, result: 'undecided', added: [], released: [], undecided: doubts, notes: [] };
}
