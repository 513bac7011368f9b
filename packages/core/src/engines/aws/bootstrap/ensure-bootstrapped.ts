import type { Stack } from '@aws-sdk/client-cloudformation';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../../errors.js';
import { failureName, translateFailure } from '../failures.js';
import type { StackApi } from './client.js';
import { bootstrapTemplate, OUTPUTS, STACK_NAME } from './template.js';

/** What the stack made: where an account and region's store lies. */
export interface StoreResources {
  /** The stack's ID, which names the account whose credentials these are; absent where CloudFormation gave none. */
  readonly stackId?: string;
  readonly bucket: string;
  readonly table: string;
  readonly eventBus: string;
}

export interface BootstrapResult extends StoreResources {
  /** Whether this call made the stack; false when it was there, or when another caller was faster. */
  readonly created: boolean;
}

export interface BootstrapOptions {
  /** Milliseconds to wait for the stack to be complete; ten minutes by default. */
  readonly withinMs?: number;
  /** Waits between two looks at the stack; tests give their own. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** States in which the stack's resources are there, as the last successful change left them. */
const COMPLETE = new Set([
  'CREATE_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_FAILED',
  'UPDATE_ROLLBACK_IN_PROGRESS',
]);

/** Finds the store of the account and region without making it; undefined when there definitely is none. */
export async function findStore(stacks: StackApi): Promise<StoreResources | undefined> {
  const stack = await describeStack(stacks);
  return stack !== undefined && COMPLETE.has(stack.StackStatus ?? '') ? resourcesOf(stack) : undefined;
}

/**
 * Finds the store of the account and region, and makes its stack when there is none. Of many callers at once one makes it, and the
 * others wait for that one.
 *
 * Throws `unavailable` when the stack is in a state that only a person can mend, or not complete in time.
 */
export async function ensureBootstrapped(
  stacks: StackApi,
  { withinMs = 600_000, pause = sleep }: BootstrapOptions = {},
): Promise<BootstrapResult> {
  const until = Date.now() + withinMs;
  let created = false;
  for (let looks = 0; ; looks += 1) {
    const stack = await describeStack(stacks);
    const status = stack?.StackStatus ?? 'absent';
    if (stack !== undefined && COMPLETE.has(status)) return { ...resourcesOf(stack), created };
    if (stack === undefined && !created) {
      created = await createStack(stacks);
    } else if (status === 'absent' ? created : !status.endsWith('_IN_PROGRESS')) {
      throw broken(status, stack?.StackStatusReason);
    }
    if (Date.now() > until) {
      throw new HoldfastError(
        'unavailable',
        `the stack "${STACK_NAME}" is not complete after ${withinMs / 1000} s`,
        {
          hint: `It is ${status}. Wait for it in CloudFormation, and repeat the command.`,
        },
      );
    }
    await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** looks) * (0.75 + Math.random() / 2));
  }
}

async function describeStack(stacks: StackApi): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await stacks.describe({ StackName: STACK_NAME });
    return Stacks[0];
  } catch (error) {
    // CloudFormation has no code of its own for absence.
    const absent =
      failureName(error) === 'ValidationError' && (error as Error).message.includes('does not exist');
    if (absent) return undefined;
    throw translateFailure(error, `CloudFormation's stack "${STACK_NAME}"`);
  }
}

/** False when somebody else was faster. */
async function createStack(stacks: StackApi): Promise<boolean> {
  try {
    await stacks.create({
      StackName: STACK_NAME,
      TemplateBody: bootstrapTemplate(),
      // A creation that failed leaves nothing behind, so that the next attempt begins anew.
      OnFailure: 'DELETE',
      EnableTerminationProtection: true,
      Tags: [{ Key: 'application', Value: 'holdfast' }],
    });
    return true;
  } catch (error) {
    if (failureName(error) === 'AlreadyExistsException') return false;
    const failure = translateFailure(error, `CloudFormation's stack "${STACK_NAME}"`);
    if (!(failure instanceof HoldfastError) || failure.code !== 'access-denied') throw failure;
    throw new HoldfastError(
      'access-denied',
      'this account and region have no Holdfast store yet, and you may not make it',
      {
        hint: 'Ask an administrator to run: holdfast bootstrap',
        cause: error,
      },
    );
  }
}

function resourcesOf({ Outputs = [], StackId }: Stack): StoreResources {
  const output = (name: string): string => {
    const value = Outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    if (value !== undefined && value !== '') return value;
    throw new HoldfastError(
      'unsupported',
      `the stack "${STACK_NAME}" has no output "${name}": it is not Holdfast's`,
      {
        hint: 'Look who made the stack. The template of Holdfast is printed by: holdfast bootstrap --print-template',
      },
    );
  };
  return {
    ...{ bucket: output(OUTPUTS.bucket), table: output(OUTPUTS.table), eventBus: output(OUTPUTS.eventBus) },
    ...(StackId === undefined ? {} : { stackId: StackId }),
  };
}

function broken(status: string, reason: string | undefined): HoldfastError {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  return new HoldfastError('unavailable', `the stack "${STACK_NAME}" could not be made (${status}${why})`, {
    hint: `See its events in CloudFormation. A table "${STACK_NAME}" that an earlier stack left behind is imported into a new one, never replaced.`,
  });
}
