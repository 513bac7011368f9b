import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '@holdfast/core';
import { bindDeployment } from '../deployment/deployments.js';
import type { CloudFormationApi } from '../evidence/api.js';
import { ask } from '../evidence/failures.js';
import { describeStack } from '../evidence/read-evidence.js';
import type { StackOutcome } from '../settlement/outcome.js';
import { isAtRest } from '../settlement/dispositions.js';
import { settleStack } from '../settlement/settle-stack.js';
import type { SettlingStore } from '../settlement/store.js';
import type { PackagingStore } from '../stack/store.js';
import { packageTracker, type PackageTrackerOptions } from './package-tracker.js';
import type { StackChanges } from './stack-changes.js';
import { TRACKER_STACK } from './template.js';

export interface DeployTrackerOptions extends PackageTrackerOptions {
  readonly store: PackagingStore & SettlingStore;
  readonly api: CloudFormationApi;
  readonly changes: StackChanges;
  /** Milliseconds to wait for the stack; ten minutes when absent. */
  readonly withinMs?: number;
  /** Waits between two looks at the stack; tests give their own. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

export interface TrackerDeployment {
  readonly stackId: string;
  /** The version that the tracker runs. */
  readonly version: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** What settling its stack came to. */
  readonly settled: readonly StackOutcome[];
}

const PAUSE_MS = 2_000;
const UPDATABLE = /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE$/;
const SUCCEEDED = /^(CREATE|UPDATE)_COMPLETE$/;

/**
 * Deploys the tracker's stack as any stack that uses artifacts is deployed: publish, pin, deploy, settle. Safe to repeat.
 *
 * Throws `access-denied`, and `unavailable` when the stack is in a state that only a person can mend or the deployment fails; what
 * CloudFormation then says is what the references are.
 */
export async function deployTracker(options: DeployTrackerOptions): Promise<TrackerDeployment> {
  const { store, api } = options;
  const before = await describeStack(api, TRACKER_STACK);
  const status = before?.StackStatus;
  if (status !== undefined && !UPDATABLE.test(status)) throw broken(status, before?.StackStatusReason);
  const { text, deployment, artifacts } = await packageTracker(options);
  const version = artifacts[0]?.version.arn ?? '';
  const settle = () => settleStack({ store, api, stack: TRACKER_STACK, finished: [deployment] });
  try {
    const asked = await change(options, before?.StackId, text);
    const stackId = asked ?? before?.StackId ?? '';
    await bindDeployment({ store, deployment, stackId });
    if (asked !== undefined) await untilAtRest(options, stackId);
    const outcome = asked === undefined ? 'unchanged' : before === undefined ? 'created' : 'updated';
    return { stackId, version, outcome, settled: await settle() };
  } catch (error) {
    // What was pinned goes when CloudFormation says that nothing came of it, and stays when it says nothing.
    await settle();
    throw error;
  }
}

/** The ID of the stack that changes now; undefined when there is nothing to change. */
async function change(
  { changes }: DeployTrackerOptions,
  present: string | undefined,
  text: string,
): Promise<string | undefined> {
  const input = {
    StackName: present ?? TRACKER_STACK,
    TemplateBody: text,
    Capabilities: ['CAPABILITY_IAM' as const],
  };
  const what = `deploy the stack ${TRACKER_STACK}`;
  const answer = await ask(what, async () => {
    if (present === undefined) {
      const Tags = [{ Key: 'application', Value: 'holdfast' }];
      return changes.createStack({ ...input, Tags, OnFailure: 'DELETE' });
    }
    try {
      return await changes.updateStack(input);
    } catch (error) {
      if (error instanceof Error && error.message.includes('No updates are to be performed'))
        return undefined;
      throw error;
    }
  });
  if (answer !== undefined && answer.StackId === undefined)
    throw new HoldfastError('unavailable', `CloudFormation did not say which stack it would ${what}`);
  return answer?.StackId;
}

async function untilAtRest(
  { api, withinMs = 600_000, pause = sleep }: DeployTrackerOptions,
  stackId: string,
): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    const stack = await describeStack(api, stackId);
    const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
    if (SUCCEEDED.test(status)) return;
    if (isAtRest(status) || status.endsWith('_FAILED')) throw broken(status, stack?.StackStatusReason);
    if (Date.now() > until) {
      throw new HoldfastError(
        'unavailable',
        `the stack "${TRACKER_STACK}" is still ${status} after ${withinMs / 1000} s`,
        { hint: 'Wait for it in CloudFormation, and repeat the command.' },
      );
    }
    await pause(PAUSE_MS);
  }
}

function broken(status: string, reason: string | undefined): HoldfastError {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return new HoldfastError(
    'unavailable',
    `the stack "${TRACKER_STACK}" could not be deployed (${status}${why})`,
    {
      hint: 'See its events in CloudFormation. Nothing is lost with it: delete the stack where it cannot be updated, and repeat the command.',
    },
  );
}
