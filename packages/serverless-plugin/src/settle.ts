import { HoldfastError } from '@holdfast/core';
import type { StackOutcome } from '@holdfast/cloudformation';
import type { MonitorStack } from './host/types.js';
import type { Session } from './session.js';

/** What settling a service did. */
export interface ServiceOutcomes {
  readonly stack: readonly StackOutcome[];
  readonly functions: readonly StackOutcome[];
}

/** Settles the service's stack, and those of its functions that hold something of their own. Tells what could not be decided. */
export async function settleService(session: Session, finished: readonly string[]): Promise<ServiceOutcomes> {
  const { settleFunction, settleStack } = await import('@holdfast/cloudformation');
  const [store, api] = await Promise.all([session.store(), session.cloudFormation()]);
  const stack = await settleStack({ store, api, stack: session.stackName, finished });
  const functions: StackOutcome[] = [];
  for (const arn of await functionsThatHold(session)) {
    const lambda = await session.lambda();
    functions.push(await settleFunction({ store, lambda, place: session.place, arn }));
  }
  tellDoubts(session, [...stack, ...functions]);
  return { stack, functions };
}

/**
 * Settles after a deployment that the host reports as a success. Throws `unavailable` when the stack's references could not be
 * registered: nothing is lost, as the pins stay, and somebody has to know.
 */
export async function settleDeployment(session: Session, deployment: string): Promise<void> {
  const { stack } = await settleService(session, [deployment]);
  throwIfUndecided(stack);
}

export function throwIfUndecided(outcomes: readonly StackOutcome[]): void {
  const [first] = outcomes.filter(({ result }) => result === 'undecided');
  if (first === undefined) return;
  const why = first.undecided.map(({ message }) => message).join('; ');
  throw new HoldfastError('unavailable', `the references of ${first.consumer} could not be settled: ${why}`, {
    hint: 'Nothing was released, so that nothing it uses can be deleted. Repeat it with: sls holdfast settle',
  });
}

/** Whether what was deployed to these is over for certain. */
export function isOver(outcomes: readonly StackOutcome[]): boolean {
  return outcomes.every(
    ({ result, status }) => result !== 'undecided' && status?.endsWith('_IN_PROGRESS') !== true,
  );
}

/** Functions have references of their own when `deploy function` gave them their code, or when they were adopted. */
async function functionsThatHold({ serverless, store, place }: Session): Promise<string[]> {
  const { service } = serverless;
  const { partition, region, account } = await place();
  const opened = await store();
  const arns = service
    .getAllFunctions()
    .map((name) => `arn:${partition}:lambda:${region}:${account}:function:${service.getFunction(name).name}`);
  const holds = await Promise.all(
    arns.map(async (arn) => (await opened.consumer(arn)).references.length > 0),
  );
  return arns.filter((_arn, i) => holds[i]);
}

export function tellDoubts({ output, stackName }: Session, outcomes: readonly StackOutcome[]): void {
  const doubts = outcomes.flatMap(({ undecided }) => undecided);
  for (const { message } of doubts) output.log?.warning(`Holdfast: ${message}`);
  if (doubts.length === 0) return;
  output.log?.warning(
    `Holdfast released nothing of stack ${stackName} that it could not decide on. Repeat it with: sls holdfast settle`,
  );
}

/** Binds the deployment as soon as CloudFormation has answered: whoever is killed while waiting leaves nothing undecided. */
export function bindingMonitor(
  session: Session,
  original: MonitorStack,
  deployment: () => string | undefined,
): MonitorStack {
  return async (action, cfData, ...rest) => {
    const { StackId: stackId } = (cfData ?? {}) as { StackId?: unknown };
    const name = deployment();
    if (name !== undefined && typeof stackId === 'string' && stackId.startsWith('arn:')) {
      const { bindDeployment } = await import('@holdfast/cloudformation');
      await bindDeployment({ store: await session.store(), deployment: name, stackId });
    }
    return original(action, cfData, ...rest);
  };
}
