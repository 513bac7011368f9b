/** What of a `cdk` command line matters to publishing. */
export interface CdkArguments {
  /** The value of `--app`. */
  readonly app?: string;
  /** The values of `--profile` and `--region`. */
  readonly profile?: string;
  readonly region?: string;
  /** The stacks' names or patterns; undefined when they could not be told from options. */
  readonly patterns?: readonly string[];
  /** The change set is only made: somebody will execute it later, or will not. */
  readonly waits: boolean;
  /** Everything but `--app`, as it was given. */
  readonly rest: readonly string[];
}

// Source: aws-cdk 2.1148.1, lib/cli/cli-type-registry.json: all options of `deploy`, `destroy`, `diff` and those of every command.
const WITH_VALUE = new Set(
  (
    'app build context plugin profile region proxy ca-bundle-path role-arn output unstable telemetry-file build-exclude ' +
    'require-approval notification-arns rollback-trigger-alarm-arns monitoring-time-minutes tags change-set-name method ' +
    'parameters outputs-file toolkit-stack-name progress hotswap-ecs-minimum-healthy-percent ' +
    'hotswap-ecs-maximum-healthy-percent hotswap-ecs-stabilization-timeout-seconds concurrency asset-build-concurrency ' +
    'context-lines template fail-on a c p r o E t m O'
  ).split(' '),
);
const SWITCHES = new Set(
  (
    'trace strict lookups ignore-errors verbose debug debug-app debug-cli ec2creds version-reporting telemetry path-metadata ' +
    'asset-metadata staging notices color ci yes all exclusively import-existing-resources force previous-parameters execute ' +
    'rollback hotswap hotswap-fallback watch logs asset-parallelism asset-prebuild ignore-no-stacks revert-drift express ' +
    'security-only fail processed quiet change-set changeset include-moves v i y e f q h help'
  ).split(' '),
);

const WAITING =
  /(^| )--(no-execute|execute[= ]false|method[= ]prepare-change-set)( |$)|(^| )-m[= ]?prepare-change-set( |$)/;

/** Reads the arguments of `cdk deploy`, `cdk destroy` or `cdk diff`. */
export function readCdkArguments(args: readonly string[]): CdkArguments {
  const patterns: string[] = [];
  const rest: string[] = [];
  let app: string | undefined;
  const named: { profile?: string; region?: string } = {};
  let certain = true;
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i]!;
    if (!word.startsWith('-') || word === '-') {
      patterns.push(word);
      rest.push(word);
      continue;
    }
    const [, name = '', given] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const takesValue = WITH_VALUE.has(name);
    const next = args[i + 1];
    const value = given ?? (takesValue ? next : undefined);
    if (takesValue && given === undefined) i += 1;
    else if (isSwitch(name) && given === undefined && (next === 'true' || next === 'false')) {
      rest.push(word, next);
      i += 1;
      continue;
    } else if (!takesValue && !isSwitch(name)) certain = false;
    if ((name === 'profile' || name === 'region') && value !== undefined) named[name] = value;
    if (name === 'app' || name === 'a') app = value;
    else rest.push(word, ...(takesValue && given === undefined && value !== undefined ? [value] : []));
  }
  return {
    ...(app === undefined ? {} : { app }),
    ...named,
    ...(certain ? { patterns } : {}),
    waits: WAITING.test(rest.join(' ')),
    rest,
  };
}

function isSwitch(name: string): boolean {
  return SWITCHES.has(name) || (name.startsWith('no-') && SWITCHES.has(name.slice('no-'.length)));
}
