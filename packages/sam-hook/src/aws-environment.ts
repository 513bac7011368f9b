import type { SamParameters } from './parameters.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables by which sam and Holdfast ask in one region with one profile, whatever of both was said where.
 *
 * sam's library knows `AWS_DEFAULT_REGION` alone, that of Holdfast `AWS_REGION` alone; what only one of them knew would put the stack into
 * another region than its artifacts.
 */
export function awsEnvironment(
  { region: given, profile }: Pick<SamParameters, 'region' | 'profile'>,
  env: Environment,
): Record<string, string> {
  const region = [given, env['AWS_DEFAULT_REGION'], env['AWS_REGION']].find(
    (it) => it !== undefined && it !== '',
  );
  return {
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
    ...(profile === undefined ? {} : { AWS_PROFILE: profile }),
  };
}
