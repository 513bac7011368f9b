import { EMPTY, resourcesOf, type ModelResource, type ModelTemplate } from './templates.js';

export interface ModelChangeSet {
  readonly id: string;
  readonly name: string;
  readonly template: ModelTemplate;
  execution: 'AVAILABLE' | 'EXECUTE_COMPLETE' | 'OBSOLETE';
}

export interface ModelEvent {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly at: Date;
}

/** A stack as CloudFormation has it, and what really runs of it. */
export interface ModelStack {
  readonly id: string;
  readonly name: string;
  readonly root: string | undefined;
  /** The logical ID in the stack that it is nested in. */
  readonly logicalId: string | undefined;
  status: string;
  /** What GetTemplate answers. */
  template: ModelTemplate;
  /** What it goes back to; while an operation runs. */
  previous: ModelTemplate | undefined;
  child: ModelStack | undefined;
  /** A child that the running operation took out, and that a rollback puts back. */
  leavingChild: ModelStack | undefined;
  changeSets: ModelChangeSet[];
  readonly events: ModelEvent[];
  /** Resources that are in the account, and in no stack any more. */
  readonly orphans: ModelResource[];
  updated: Date | undefined;
  deleted: Date | undefined;
}

export function newStack(
  id: string,
  name: string,
  status: string,
  root?: ModelStack,
  logicalId?: string,
): ModelStack {
  return {
    id,
    name,
    root: root === undefined ? undefined : (root.root ?? root.id),
    logicalId,
    status,
    template: EMPTY,
    previous: undefined,
    child: undefined,
    leavingChild: undefined,
    changeSets: [],
    events: [],
    orphans: [],
    updated: undefined,
    deleted: undefined,
  };
}

/** Statuses in which nothing of the template runs. */
export const GONE = new Set(['DELETE_COMPLETE', 'ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS']);

/** What must be there: what runs, what may run again after a rollback, what was retained, and what a change set would bring. */
export function neededBy(stack: ModelStack): ModelResource[] {
  const runs = GONE.has(stack.status) ? [] : [...resourcesOf(stack.template), ...resourcesOf(stack.previous)];
  const waits = stack.changeSets
    .filter(({ execution }) => execution === 'AVAILABLE')
    .flatMap(({ template }) => resourcesOf(template));
  return [...runs, ...waits, ...stack.orphans].filter(({ owed }) => owed.protected);
}
