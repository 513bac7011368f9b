import { HoldfastError, quote, type StoreIdentity } from '@holdfast/core';

// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (StackName)
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/**
 * The ARN of a stack without the unique ID that CloudFormation gives it, in the store's own account and region.
 * Throws `invalid-input` for a name that no stack can have.
 */
export function stackConsumer({ partition, region, account }: StoreIdentity, stackName: string): string {
  if (!STACK_NAME.test(stackName)) {
    throw new HoldfastError('invalid-input', `stack name ${quote(stackName)} is not valid`, {
      hint: 'A stack name begins with a letter and has at most 128 letters, digits and hyphens.',
    });
  }
  return `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}`;
}

/**
 * The stacks of one name in the regions that a template is for, with their regions; in the store's own when none is named, or when the
 * store is tied to none.
 */
export function regionalConsumers(
  identity: StoreIdentity,
  stackName: string,
  regions: readonly string[] = [],
): readonly (readonly [region: string, consumer: string])[] {
  const own = regions.length === 0 || identity.region === 'local';
  const places = own ? [identity.region] : [...new Set(regions)];
  return places.map((region) => [region, stackConsumer({ ...identity, region }, stackName)]);
}
