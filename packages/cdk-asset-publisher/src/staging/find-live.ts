import type { Doubt } from '@holdfast/cloudformation';

/** An object of a bootstrap bucket. */
export interface StagedObject {
  readonly key: string;
}

/** A text that says what a stack uses, or is about to use. */
export interface StackText {
  /** The stack's ID. */
  readonly stackId: string;
  readonly stackName: string;
  /** Such as `template`, `change set "release-7"`. */
  readonly source: string;
  readonly text: string;
}

/** What of CloudFormation was read. */
export interface StagingEvidence {
  readonly texts: readonly StackText[];
  /** What could not be read: while there is any, nothing is known to be dead. */
  readonly doubts: readonly Doubt[];
}

/** An object, and why it is live or dead. */
export interface StagedVerdict extends StagedObject {
  /**
   * - `live`: a stack's template, its parameters or a pending change set names it
   * - `dead`: none does
   * - `unknown`: none that could be read does
   */
  readonly verdict: 'live' | 'dead' | 'unknown';
  /** Who names it, and where. Empty unless it is live. */
  readonly users: readonly {
    readonly stackId: string;
    readonly stackName: string;
    readonly source: string;
  }[];
  readonly reason: string;
}

// The CDK's keys are a SHA-256 and an ending, behind a prefix where one is configured.
const HASH = /[0-9a-f]{64}/g;

/**
 * Says of every object who uses it: by its hash, wherever that stands in what stacks and their pending change sets say. One pass over the
 * texts, whatever the number of objects.
 */
export function findLive(
  objects: readonly StagedObject[],
  { texts, doubts }: StagingEvidence,
): StagedVerdict[] {
  const users = new Map<string, Map<string, StackText>>();
  for (const text of texts) {
    for (const [hash] of text.text.matchAll(HASH)) {
      const known = users.get(hash) ?? new Map<string, StackText>();
      users.set(hash, known.set(`${text.stackId} ${text.source}`, text));
    }
  }
  return objects.map((object): StagedVerdict => {
    const hashes = object.key.match(HASH) ?? [];
    const named = hashes.flatMap((hash) => [...(users.get(hash)?.values() ?? [])]);
    if (named.length > 0) {
      const places = named.map(({ stackName, source }) => `${source} of ${stackName}`);
      return {
        ...object,
        verdict: 'live',
        users: named.map(({ stackId, stackName, source }) => ({ stackId, stackName, source })),
        reason: [...new Set(places)].join(', '),
      };
    }
    if (hashes.length === 0) {
      return { ...object, verdict: 'unknown', users: [], reason: 'its key is none that the CDK writes' };
    }
    if (doubts.length > 0) {
      return {
        ...object,
        verdict: 'unknown',
        users: [],
        reason: `not everything could be read: ${doubts[0]!.message}`,
      };
    }
    return {
      ...object,
      verdict: 'dead',
      users: [],
      reason: 'no stack of this account and region names it, nor a change set that waits',
    };
  });
}
