import type { Stack } from '@aws-sdk/client-cloudformation';
import { HoldfastError, isHoldfastError } from '@holdfast/core';
import type { CloudFormationApi } from './api.js';
import { askFor, translateFailure } from './failures.js';
import { itemsOf, withToken } from './pages.js';
import { readPendingChangeSets } from './read-change-sets.js';
import { parametersText, readTemplates } from './read-templates.js';
import { parseStackArn } from './stack-arn.js';
import type { Doubt, StackEvidence } from './types.js';

/** How often a stack is read again that changed while it was read. */
const ATTEMPTS = 3;
/** Statuses in which a stack has no template of its own yet. */
const WITHOUT_TEMPLATE = new Set(['REVIEW_IN_PROGRESS']);
/** Statuses in which a template says nothing about what runs. */
const OVER = new Set(['DELETE_COMPLETE']);

/** A stack as CloudFormation describes it. */
export type DescribedStack = Stack & { readonly StackId: string };

/** The stack of that name or ID; undefined for a definite absence. Throws `access-denied` and `unavailable`. */
export async function describeStack(
  api: CloudFormationApi,
  stack: string,
): Promise<DescribedStack | undefined> {
  const answer = await askFor(`describe the stack ${stack}`, () => api.describeStacks({ StackName: stack }));
  const found = answer?.Stacks?.find(({ StackId, StackName }) => StackId === stack || StackName === stack);
  return found?.StackId === undefined ? undefined : { ...found, StackId: found.StackId };
}

/**
 * Reads a stack by its ID. What could not be read is in `doubts`; it never throws for an answer that was not had.
 *
 * The status is read first and last, that of the outermost stack too. When anything changed in between, what was read belongs
 * to no one moment, and it is read again.
 *
 * @param described the stack as it was a moment ago, which counts as the first reading
 */
export async function readEvidence(
  api: CloudFormationApi,
  stackId: string,
  described?: DescribedStack,
): Promise<StackEvidence> {
  const nothing = { stackId, texts: [], pending: [], nested: [] };
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const before = await readMoment(api, stackId, attempt === 1 ? described : undefined);
      if (before === undefined) return { ...nothing, doubts: [] };
      const read = await readContents(api, before.stack);
      const after = await readMoment(api, stackId);
      if (after?.moment !== before.moment) continue;
      const { status, rootStatus } = before;
      return { stackId, status, ...(rootStatus === undefined ? {} : { rootStatus }), ...read };
    }
    const message = `the stack ${stackId} kept changing while it was read`;
    return { ...nothing, doubts: [{ code: 'unavailable', message }] };
  } catch (error) {
    return { ...nothing, doubts: [doubtOf(error, `read the stack ${stackId}`)] };
  }
}

interface Moment {
  readonly stack: DescribedStack;
  readonly status: string;
  readonly rootStatus?: string;
  /** Equal for two readings between which nothing happened. */
  readonly moment: string;
}

async function readMoment(
  api: CloudFormationApi,
  stackId: string,
  described?: DescribedStack,
): Promise<Moment | undefined> {
  const stack = described ?? (await describeStack(api, stackId));
  if (stack === undefined) return undefined;
  const status = stack.StackStatus ?? 'UNKNOWN';
  const rootId = stack.RootId;
  if (rootId === undefined || rootId === stackId) return { stack, status, moment: momentOf(stack) };
  const root = await describeStack(api, rootId);
  if (root === undefined) {
    throw new HoldfastError(
      'unavailable',
      `the stack ${rootId}, which ${stackId} is nested in, was not found`,
    );
  }
  const rootStatus = root.StackStatus ?? 'UNKNOWN';
  return { stack, status, rootStatus, moment: `${momentOf(stack)} ${momentOf(root)}` };
}

function momentOf({ StackStatus, LastUpdatedTime, DeletionTime }: Stack): string {
  return [StackStatus, LastUpdatedTime?.toISOString(), DeletionTime?.toISOString()].join(' ');
}

type Contents = Pick<StackEvidence, 'texts' | 'pending' | 'nested' | 'doubts'>;

/** Each part is read by itself: a template that may not be read does not hide the change sets. */
async function readContents(api: CloudFormationApi, stack: DescribedStack): Promise<Contents> {
  const { StackId: stackId, StackStatus: status = '' } = stack;
  const doubts: Doubt[] = [];
  const attempt = async <T>(what: string, part: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await part();
    } catch (error) {
      doubts.push(doubtOf(error, what));
      return otherwise;
    }
  };
  const over = OVER.has(status);
  const templates =
    over || WITHOUT_TEMPLATE.has(status)
      ? []
      : await attempt('read its template', () => readTemplates(api, stackId), []);
  const pending = over
    ? []
    : await attempt('read its change sets', () => readPendingChangeSets(api, stackId), []);
  const nested = await attempt('list its resources', () => readNested(api, stackId), []);
  const parameters = over ? [] : parametersText(stack.Parameters, 'parameters');
  return { texts: [...templates, ...parameters], pending, nested, doubts };
}

async function readNested(api: CloudFormationApi, stackId: string): Promise<string[]> {
  const resources = itemsOf(async (token) => {
    const input = withToken({ StackName: stackId }, token);
    const page = await askFor(`list the resources of ${stackId}`, () => api.listStackResources(input));
    return { items: page?.StackResourceSummaries ?? [], next: page?.NextToken };
  });
  const nested: string[] = [];
  for await (const { ResourceType: type, PhysicalResourceId: id } of resources) {
    if (type === 'AWS::CloudFormation::Stack' && id !== undefined && parseStackArn(id)?.unique !== undefined)
      nested.push(id);
  }
  return nested;
}

/** A failure as a reason not to decide. */
export function doubtOf(error: unknown, what: string): Doubt {
  const { code, message } = isHoldfastError(error) ? error : translateFailure(error, what);
  return { code, message };
}
