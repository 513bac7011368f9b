import type { ChangeSetSummary } from '@aws-sdk/client-cloudformation';
import { HoldfastError } from '@holdfast/core';
import type { CloudFormationApi } from './api.js';
import { ask, askFor } from './failures.js';
import { itemsOf, withToken } from './pages.js';
import { parametersText, readTemplates } from './read-templates.js';
import type { PendingChangeSet } from './types.js';

/** Statuses after which a change set is never executed any more. All others, unknown ones too, may still be. */
const OVER = new Set(['FAILED', 'DELETE_COMPLETE']);
const EXECUTED = new Set(['EXECUTE_COMPLETE', 'EXECUTE_FAILED', 'OBSOLETE']);

/** True unless the change set is definitely over. */
export function isPending({ Status, ExecutionStatus }: ChangeSetSummary): boolean {
  return !OVER.has(Status ?? '') && !EXECUTED.has(ExecutionStatus ?? '');
}

/** The change sets of a stack that may still be executed, with what they name. */
export async function readPendingChangeSets(
  api: CloudFormationApi,
  stackId: string,
): Promise<PendingChangeSet[]> {
  const summaries = itemsOf(async (token) => {
    const input = withToken({ StackName: stackId }, token);
    const page = await ask(`list the change sets of ${stackId}`, () => api.listChangeSets(input));
    return { items: page.Summaries ?? [], next: page.NextToken };
  });
  const pending: PendingChangeSet[] = [];
  for await (const summary of summaries) {
    if (summary.StackId !== undefined && summary.StackId !== stackId) continue;
    if (isPending(summary)) pending.push(await readChangeSet(api, stackId, summary));
  }
  return pending;
}

async function readChangeSet(
  api: CloudFormationApi,
  stackId: string,
  { ChangeSetId: id, ChangeSetName: name = id ?? '' }: ChangeSetSummary,
): Promise<PendingChangeSet> {
  if (id === undefined) {
    throw new HoldfastError('unavailable', `CloudFormation named no ID for a change set of ${stackId}`);
  }
  const described = await askFor(`describe the change set ${name} of ${stackId}`, () =>
    api.describeChangeSet({ StackName: stackId, ChangeSetName: id }),
  );
  // Deleted since it was listed, or so new that it has no template yet: the pins of its deployment protect what it names.
  if (described === undefined || /^CREATE_(PENDING|IN_PROGRESS)$/.test(described.Status ?? ''))
    return { name, texts: [] };
  const templates = await readTemplates(api, stackId, { id, name });
  return {
    name,
    texts: [...templates, ...parametersText(described.Parameters, `parameters of the change set ${name}`)],
  };
}
