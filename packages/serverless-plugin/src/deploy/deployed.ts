import { HoldfastError } from '@holdfast/core';
import type { StackReader } from '../host/stack-reader.js';
import type { CloudFormationTemplate } from '../host/types.js';

/** What CloudFormation says of the stack as it is. */
export interface DeployedStack {
  readonly stackId: string;
  readonly status: string;
  /** As it was given; undefined where it is not JSON, and so not of one of the hosts. */
  readonly template?: CloudFormationTemplate;
}

/** States in which the stack is what its template says, and nothing went wrong on the way there. */
const SUCCEEDED = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

/** The host's bucket, in stacks that were not deployed with this plugin. */
export const BUCKET_ID = 'ServerlessDeploymentBucket';
export const BUCKET_POLICY_ID = 'ServerlessDeploymentBucketPolicy';

export function succeeded({ status }: Pick<DeployedStack, 'status'>): boolean {
  return SUCCEEDED.has(status);
}

/** Undefined for a definite "there is none". Throws `unavailable` when CloudFormation gave no answer. */
export async function readDeployed(api: StackReader, stackName: string): Promise<DeployedStack | undefined> {
  try {
    const [{ Stacks: [stack] = [] }, { TemplateBody: text }] = await Promise.all([
      api.describeStacks({ StackName: stackName }),
      api.getTemplate({ StackName: stackName, TemplateStage: 'Original' }),
    ]);
    if (stack?.StackId === undefined || stack.StackStatus === undefined) return undefined;
    const template = parseTemplate(text);
    return {
      stackId: stack.StackId,
      status: stack.StackStatus,
      ...(template === undefined ? {} : { template }),
    };
  } catch (cause) {
    const { message } = cause as Error;
    // Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html; hosts wrap the error.
    if (/\bStack\b.*\bdoes not exist\b/.test(message)) return undefined;
    throw new HoldfastError(
      'unavailable',
      `CloudFormation did not say what stack "${stackName}" is (${message})`,
      {
        cause,
      },
    );
  }
}

function parseTemplate(text: string | undefined): CloudFormationTemplate | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'Resources' in value
      ? (value as CloudFormationTemplate)
      : undefined;
  } catch {
    return undefined;
  }
}
