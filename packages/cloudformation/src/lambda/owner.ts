import { parseStackArn } from '../evidence/stack-arn.js';
import { stackConsumer } from '../stack/consumer.js';

/** The stack that made a resource, and what it calls it. */
export interface Owner {
  readonly stackId: string;
  readonly logicalId: string;
}

/** The stack that CloudFormation's own tags name; undefined for what no stack made, or without the right to read tags. */
export function ownerOf(tags: Readonly<Record<string, string>>): Owner | undefined {
  // Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
  const stackId = tags['aws:cloudformation:stack-id'];
  const logicalId = tags['aws:cloudformation:logical-id'];
  return stackId === undefined || logicalId === undefined ? undefined : { stackId, logicalId };
}

/** The consumers that a stack's references are held under: its ID, and its ARN without the unique part where it was registered by hand. */
export function stackConsumers(stackId: string): string[] {
  const arn = parseStackArn(stackId);
  return [stackId, ...(arn === undefined ? [] : [stackConsumer(arn, arn.name)])];
}
