import type { Instant } from '@holdfast/core';
import { parseFunctionArn } from '../lambda/names.js';
import type { CloudFormationApi } from './api.js';
import { ask } from './failures.js';
import { itemsOf, withToken } from './pages.js';
import { readPublished } from './read-published.js';
import { parseStackArn } from './stack-arn.js';
import type { RetainedResource } from './types.js';

/** How deep CloudFormation could nest stacks; a bound against a cycle in what it answers. */
const MAX_DEPTH = 20;

/** The last event of a resource that is in no stack any more, and still in the account. */
const LEFT = new Set<string | undefined>([
  'DELETE_SKIPPED',
  'DELETE_FAILED',
  'IMPORT_FAILED',
  'IMPORT_ROLLBACK_COMPLETE',
  'IMPORT_ROLLBACK_FAILED',
]);

/**
 * The resources that CloudFormation took out of a stack and did not delete, since an instant: those with a policy to retain
 * them, those that it failed to delete, and those whose import it rolled back. Events and resources of deleted stacks can be read for 90 days.
 *
 * Throws `access-denied` and `unavailable`.
 */
export async function readRetained(
  api: CloudFormationApi,
  stackId: string,
  since: Instant,
  depth = 0,
): Promise<RetainedResource[]> {
  const events = itemsOf(async (token) => {
    const input = withToken({ StackName: stackId }, token);
    const page = await ask(`read the events of ${stackId}`, () => api.describeStackEvents(input));
    return { items: page.StackEvents ?? [], next: page.NextToken };
  });
  const retained: RetainedResource[] = [];
  const versions: { readonly logicalId: string; readonly at: Instant; readonly arn: string }[] = [];
  const deleted = new Set<string>();
  const nested = new Map<string, string>();
  // Of each physical resource the newest event counts: what failed to be deleted may have been deleted later.
  const seen = new Set<string>();
  // Newest first.
  for await (const event of events) {
    const at = event.Timestamp?.toISOString() ?? since;
    if (at < since) break;
    const {
      LogicalResourceId: logicalId = '',
      PhysicalResourceId: physicalId = '',
      ResourceStatus: status,
    } = event;
    if (event.ResourceType === 'AWS::CloudFormation::Stack' && physicalId !== stackId) {
      if (parseStackArn(physicalId)?.unique !== undefined) nested.set(physicalId, logicalId);
    }
    const resource = JSON.stringify([logicalId, physicalId]);
    if (seen.has(resource)) continue;
    seen.add(resource);
    if (status === 'DELETE_COMPLETE' && event.ResourceType === 'AWS::Lambda::Function')
      deleted.add(physicalId);
    if (!LEFT.has(status) || physicalId === stackId) continue;
    if (event.ResourceType !== 'AWS::Lambda::Version') retained.push({ logicalId, at });
    // A version went with its function, when that was deleted later. One deleted earlier was another function of that name.
    else if (!deleted.has(parseFunctionArn(physicalId)?.name ?? ''))
      versions.push({ logicalId, at, arn: physicalId });
  }
  retained.push(...(await readPublished(api, stackId, versions)));
  if (depth < MAX_DEPTH) {
    for (const [id, logicalId] of nested) {
      const inner = await readRetained(api, id, since, depth + 1);
      retained.push(...inner.map((it) => within(logicalId, it)));
    }
  }
  return retained;
}

/** A resource of a nested stack as the stack around it names it. */
function within(nested: string, { logicalId, at, published }: RetainedResource): RetainedResource {
  const moved = { logicalId: `${nested}/${logicalId}`, at };
  if (published === undefined) return moved;
  const { functionId } = published;
  if (functionId === undefined) return { ...moved, published };
  return { ...moved, published: { ...published, functionId: `${nested}/${functionId}` } };
}
