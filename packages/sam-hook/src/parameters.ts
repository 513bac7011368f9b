import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HoldfastError } from '@holdfast/core';
import { flagOf, valueOf, type SamArguments } from './arguments.js';
import { readSamConfig, type SamConfig } from './samconfig.js';

/** Where sam looks for a template that nobody names. Source: samcli/commands/_utils/constants.py. */
const DEFAULT_TEMPLATES = [
  join('.aws-sam', 'build', 'template.yaml'),
  'template.yaml',
  'template.yml',
  'template.json',
];

/** What a run of sam is about: its arguments and its configuration file together, as sam itself takes them. */
export interface SamParameters {
  readonly config: SamConfig;
  readonly stackName: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
  /** The template, absolute. */
  readonly template: string;
  /** Whether the template was named by `-t`, which also says where sam looks for its configuration file. */
  readonly templateGiven: boolean;
  readonly s3Bucket: string | undefined;
  readonly s3Prefix: string | undefined;
  /** The value of a parameter of the configuration file, under its name there. */
  readonly configured: (name: string) => unknown;
}

export interface ParameterContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An argument wins over the environment, that over the configuration file, that over what sam does by itself. */
export function decideParameters(given: SamArguments, { cwd, env }: ParameterContext): SamParameters {
  const named = valueOf(given, '--template-file', '--template', '-t');
  const folder = named === undefined ? cwd : dirname(resolve(cwd, named));
  const config = readSamConfig({
    folder,
    given: valueOf(given, '--config-file'),
    environment: valueOf(given, '--config-env'),
  });
  const text = (name: string): string | undefined => textOf(config.deploy[name]);
  const fromEnvironment = env['SAM_TEMPLATE_FILE'] === '' ? undefined : env['SAM_TEMPLATE_FILE'];
  const configured = text('template_file') ?? text('template');
  const template =
    named ??
    fromEnvironment ??
    configured ??
    DEFAULT_TEMPLATES.find((name) => existsSync(resolve(cwd, name))) ??
    'template.yml';
  return {
    config,
    stackName: valueOf(given, '--stack-name') ?? text('stack_name'),
    region: valueOf(given, '--region') ?? text('region'),
    profile: valueOf(given, '--profile') ?? text('profile'),
    template: resolve(cwd, template),
    templateGiven: named !== undefined,
    s3Bucket: valueOf(given, '--s3-bucket') ?? text('s3_bucket'),
    s3Prefix: valueOf(given, '--s3-prefix') ?? text('s3_prefix'),
    configured: (name) => config.deploy[name],
  };
}

/** Throws `invalid-input` when nobody names the stack. */
export function requireStackName({ stackName }: Pick<SamParameters, 'stackName'>): string {
  if (stackName !== undefined && stackName !== '') return stackName;
  throw new HoldfastError('invalid-input', 'no stack is named', {
    hint: 'Give --stack-name, or write stack_name into samconfig.toml.',
  });
}

/** A flag of the arguments, else the same of the configuration file. */
export function effectiveFlag(
  given: SamArguments,
  { configured }: Pick<SamParameters, 'configured'>,
  [on, off, name]: readonly [on: readonly string[], off: string | undefined, name: string],
): boolean {
  return flagOf(given, on, off) ?? configured(name) === true;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
