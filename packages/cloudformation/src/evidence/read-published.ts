import type { Instant } from '@holdfast/core';
import { functionConsumer, parseFunctionArn } from '../lambda/names.js';
import type { CloudFormationApi } from './api.js';
import { askFor } from './failures.js';
import { itemsOf, withToken } from './pages.js';
import type { RetainedResource } from './types.js';

/** An `AWS::Lambda::Version` that was left in the account. */
interface LeftVersion {
  readonly logicalId: string;
  readonly at: Instant;
  /** Its physical ID. */
  readonly arn: string;
}

/**
 * The published versions that a stack left in the account, with the functions that they are of. Throws `access-denied` and `unavailable`.
 */
export async function readPublished(
  api: CloudFormationApi,
  stackId: string,
  versions: readonly LeftVersion[],
): Promise<RetainedResource[]> {
  const left = versions.flatMap(({ arn, ...it }) => {
    const parsed = parseFunctionArn(arn);
    if (parsed?.qualifier === undefined) return [];
    return [{ ...it, name: parsed.name, function: functionConsumer(arn), number: parsed.qualifier }];
  });
  if (left.length === 0) return [];
  const functions = await functionsOf(api, stackId);
  return left.map(({ logicalId, at, name, function: arn, number }) => {
    const functionId = functions.get(name) ?? functions.get(arn);
    const published = { function: arn, number, ...(functionId === undefined ? {} : { functionId }) };
    return { logicalId, at, published };
  });
}

/** The logical IDs of a stack's functions, by physical ID. */
async function functionsOf(api: CloudFormationApi, stackId: string): Promise<Map<string, string>> {
  const resources = itemsOf(async (token) => {
    const input = withToken({ StackName: stackId }, token);
    const page = await askFor(`list the resources of ${stackId}`, () => api.listStackResources(input));
    return { items: page?.StackResourceSummaries ?? [], next: page?.NextToken };
  });
  const found = new Map<string, string>();
  for await (const {
    ResourceType: type,
    PhysicalResourceId: id,
    LogicalResourceId: logicalId,
  } of resources) {
    if (type === 'AWS::Lambda::Function' && id !== undefined && logicalId !== undefined)
      found.set(id, logicalId);
  }
  return found;
}
