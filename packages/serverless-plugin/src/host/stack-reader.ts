import type { CloudFormationApi } from '@holdfast/cloudformation';
import type { Provider } from './types.js';

/** What is read of the stack to see whether anything changed. */
export type StackReader = Pick<CloudFormationApi, 'describeStacks' | 'getTemplate'>;

/**
 * The host's own way to CloudFormation, which costs nothing: an SDK of another version would have to be loaded first, and that takes
 * longer than the calls. Undefined where the host has none that takes parameters.
 */
export function hostReader(provider: Provider): StackReader | undefined {
  if (provider.request === undefined || provider.request.length === 0) return undefined;
  const ask = (method: string, input: object): Promise<never> =>
    provider.request!('CloudFormation', method, input) as Promise<never>;
  return {
    describeStacks: (input) => ask('describeStacks', input),
    getTemplate: (input) => ask('getTemplate', input),
  };
}
