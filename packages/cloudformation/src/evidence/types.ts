import type { Instant } from '@holdfast/core';

/** Everything that was read of one stack: data only, so that what follows from it is decided without asking anyone. */
export interface StackEvidence {
  readonly stackId: string;
  /** As CloudFormation names it; may be one that this release does not know. Absent when there is no such stack. */
  readonly status?: string;
  /** The status of the stack that this one is nested in, at the very top. Absent when it is not nested. */
  readonly rootStatus?: string;
  /** What runs, or is being made to run. */
  readonly texts: readonly EvidenceText[];
  /** Change sets that may still be executed. */
  readonly pending: readonly PendingChangeSet[];
  /** IDs of the stacks that are nested in this one. */
  readonly nested: readonly string[];
  /** What could not be read, and why. Nothing is released while there is anything. */
  readonly doubts: readonly Doubt[];
}

/** A text that may name artifacts. */
export interface EvidenceText {
  /** Such as `template`, `processed template`, `parameters`; of a change set with its name. */
  readonly source: string;
  readonly kind: 'template' | 'parameters';
  readonly text: string;
}

export interface PendingChangeSet {
  readonly name: string;
  readonly texts: readonly EvidenceText[];
}

export interface Doubt {
  /** The code of the failure, such as `access-denied`. */
  readonly code: string;
  /** What could not be decided, and why; one sentence. */
  readonly message: string;
}

/** A resource that CloudFormation left in the account when it took it out of a stack. */
export interface RetainedResource {
  /** Inside of nested stacks with their logical IDs and `/` before it. */
  readonly logicalId: string;
  readonly at: Instant;
  /** Present for a published version of a function that is still there: it goes on with the code that it was published with. */
  readonly published?: PublishedVersion;
}

/** A published version of a function. */
export interface PublishedVersion {
  /** The function's ARN, without a qualifier. */
  readonly function: string;
  readonly number: string;
  /** The function's own logical ID, in the same form as that of the resource; absent when the stack has no such function. */
  readonly functionId?: string;
}
