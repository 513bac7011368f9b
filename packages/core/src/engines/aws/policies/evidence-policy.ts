import type { StoreIdentity } from '../../../arn/index.js';
import type { PolicyDocument } from './role-policy.js';

/** What settling asks CloudFormation about stacks. All of it only reads. */
export const READS_OF_STACKS = [
  'cloudformation:DescribeChangeSet',
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListChangeSets',
  'cloudformation:ListStackResources',
];
/** What CloudFormation takes no single resource for. */
export const LISTS_OF_STACKS = [
  'cloudformation:DescribeStackRefactor',
  'cloudformation:ListStackRefactorActions',
  'cloudformation:ListStackRefactors',
  'cloudformation:ListStacks',
];

/**
 * What a role needs in a consuming account so that the owner of a store can ask, in any region, what that account's stacks use. It reads no
 * store, and may change nothing. Pure.
 */
export function evidencePolicy({ partition, account }: StoreIdentity): PolicyDocument {
  const stacks = `arn:${partition}:cloudformation:*:${account}:stack/*`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'ReadStacks', Effect: 'Allow', Action: READS_OF_STACKS, Resource: [stacks] },
      { Sid: 'ListStacks', Effect: 'Allow', Action: LISTS_OF_STACKS, Resource: ['*'] },
    ],
  };
}
