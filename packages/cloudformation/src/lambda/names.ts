import type { StoreIdentity } from '@holdfast/core';

/** A function's ARN, taken apart. */
export interface FunctionArn extends StoreIdentity {
  readonly name: string;
  /** A version's number, `$LATEST`, or an alias. */
  readonly qualifier?: string;
}

/** A layer version's ARN, taken apart. */
export interface LayerArn extends StoreIdentity {
  readonly name: string;
  readonly version: number;
}

// Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html (FunctionName, Qualifier)
const FUNCTION_ARN =
  /^arn:(?<partition>[^:]+):lambda:(?<region>[^:]+):(?<account>[0-9]{12}):function:(?<name>[A-Za-z0-9_-]+)(:(?<qualifier>\$LATEST|[A-Za-z0-9_-]+))?$/;
const FUNCTION_NAME = /^(?<name>[A-Za-z0-9_-]{1,64})(:(?<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;
const LAYER_ARN =
  /^arn:(?<partition>[^:]+):lambda:(?<region>[^:]+):(?<account>[0-9]{12}):layer:(?<name>[A-Za-z0-9_-]+):(?<version>[0-9]+)$/;

/** Undefined for the ARN of anything else. */
export function parseFunctionArn(arn: string): FunctionArn | undefined {
  const groups = FUNCTION_ARN.exec(arn)?.groups;
  if (groups === undefined) return undefined;
  const { partition = '', region = '', account = '', name = '', qualifier } = groups;
  return { partition, region, account, name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** Takes `name` and `name:qualifier` apart; undefined for what no function can be called. */
export function parseFunctionName(
  text: string,
): { readonly name: string; readonly qualifier?: string } | undefined {
  const groups = FUNCTION_NAME.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { name = '', qualifier } = groups;
  return { name, ...(qualifier === undefined ? {} : { qualifier }) };
}

/** Undefined for the ARN of anything else. */
export function parseLayerArn(arn: string): LayerArn | undefined {
  const groups = LAYER_ARN.exec(arn)?.groups;
  if (groups === undefined) return undefined;
  const { partition = '', region = '', account = '', name = '', version } = groups;
  return { partition, region, account, name, version: Number(version) };
}

/** A function's ARN without its qualifier: what its references are held under. */
export function functionConsumer(arn: string): string {
  return arn.split(':').slice(0, 7).join(':');
}
