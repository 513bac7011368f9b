import { HoldfastError, quote, type StoreIdentity } from '@holdfast/core';

/** A stack's ARN, taken apart. */
export interface StackArn extends StoreIdentity {
  readonly name: string;
  /** The unique part; absent in the ARN that stands for a stack before it has one. */
  readonly unique?: string;
}

const ARN =
  /^arn:(?<partition>[^:]+):cloudformation:(?<region>[^:]+):(?<account>[0-9]{12}):stack\/(?<name>[^/]+)(\/(?<unique>[^/]+))?$/;

/** Takes a stack ID, or the ARN without its unique part, apart; undefined for the ARN of anything else. */
export function parseStackArn(arn: string): StackArn | undefined {
  const groups = ARN.exec(arn)?.groups;
  if (groups === undefined) return undefined;
  const { partition = '', region = '', account = '', name = '', unique } = groups;
  return { partition, region, account, name, ...(unique === undefined ? {} : { unique }) };
}

/** Throws `invalid-input` unless the text is a stack ID: a stack's ARN with its unique part. */
export function checkStackId(text: string): StackArn & { readonly unique: string } {
  const arn = parseStackArn(text);
  if (arn?.unique === undefined) {
    throw new HoldfastError('invalid-input', `${quote(text)} is not a stack ID`, {
      hint: 'A stack ID is an ARN such as arn:aws:cloudformation:eu-west-1:123456789012:stack/payments/1a2b3c4d.',
    });
  }
  return { ...arn, unique: arn.unique };
}

/** Whether a stack lies in that partition, region and account. */
export function liesIn(arn: StoreIdentity, place: StoreIdentity): boolean {
  return arn.partition === place.partition && arn.region === place.region && arn.account === place.account;
}
