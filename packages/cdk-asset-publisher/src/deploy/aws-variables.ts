import type { CdkArguments } from './cdk-arguments.js';
import { readCdkJson } from './cdk-json.js';

export interface AwsVariablesInput {
  /** What the user gave `cdk`; nothing when that is not known. */
  readonly args?: Pick<CdkArguments, 'profile' | 'region'>;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables by which AWS's libraries use the profile and the region that the CDK's command is told to use: with other
 * credentials than `cdk` has, artifacts would go to another account than the stacks.
 */
export function awsVariables({ args = {}, cwd, home, env }: AwsVariablesInput): Record<string, string> {
  const file = readCdkJson({ cwd, home });
  const profile = args.profile ?? env['CDK_PROFILE'] ?? file.profile;
  const region = args.region ?? env['CDK_REGION'] ?? file.region;
  return {
    ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
    ...(region === undefined ? {} : { AWS_REGION: region }),
  };
}
