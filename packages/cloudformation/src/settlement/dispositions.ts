import type { StackStatus } from '@aws-sdk/client-cloudformation';

/**
 * What a stack's status says about what it uses.
 *
 * - `current`: exactly what its template names
 * - `changing`: what its template names, what it used before, and what is pinned; nobody knows yet which it will be
 * - `rolled-back`: what it used before; the deployment is over
 * - `never-made`: what it used before, and its template says nothing: its creation was rolled back
 * - `gone`: only what was retained when it was deleted
 * - `unknown`: a status that this release does not know
 */
export type Disposition = 'current' | 'changing' | 'rolled-back' | 'never-made' | 'gone' | 'unknown';

// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (stack status codes)
const DISPOSITIONS: Readonly<Record<StackStatus, Disposition>> = {
  CREATE_COMPLETE: 'current',
  CREATE_FAILED: 'changing',
  CREATE_IN_PROGRESS: 'changing',
  DELETE_COMPLETE: 'gone',
  // Some of its resources are still there, and use what they used.
  DELETE_FAILED: 'changing',
  DELETE_IN_PROGRESS: 'changing',
  IMPORT_COMPLETE: 'current',
  IMPORT_IN_PROGRESS: 'changing',
  IMPORT_ROLLBACK_COMPLETE: 'rolled-back',
  IMPORT_ROLLBACK_FAILED: 'changing',
  IMPORT_ROLLBACK_IN_PROGRESS: 'changing',
  // A stack without resources, made for a change set that waits.
  REVIEW_IN_PROGRESS: 'changing',
  ROLLBACK_COMPLETE: 'never-made',
  ROLLBACK_FAILED: 'changing',
  ROLLBACK_IN_PROGRESS: 'changing',
  UPDATE_COMPLETE: 'current',
  // Resources that were replaced are still being deleted.
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'changing',
  UPDATE_FAILED: 'changing',
  UPDATE_IN_PROGRESS: 'changing',
  UPDATE_ROLLBACK_COMPLETE: 'rolled-back',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'changing',
  UPDATE_ROLLBACK_FAILED: 'changing',
  UPDATE_ROLLBACK_IN_PROGRESS: 'changing',
};

/** What a status says; `unknown` for one that is not in CloudFormation's documentation as of this release. */
export function dispositionOf(status: string): Disposition {
  return Object.hasOwn(DISPOSITIONS, status) ? DISPOSITIONS[status as StackStatus] : 'unknown';
}

/** Whether a stack with that status neither changes nor is about to: also what is nested in it has come to rest. */
export function isAtRest(status: string): boolean {
  return !['changing', 'unknown'].includes(dispositionOf(status));
}
