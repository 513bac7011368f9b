import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { HoldfastError, isHoldfastError } from '@holdfast/core';
import { readAssembly, type AssemblyStack } from '../assembly/read-assembly.js';
import type { Environment, PublishedUse } from '../assembly/types.js';
import { publishAssembly, type PublishedAssembly } from '../publish/publish-assembly.js';
import type { StoreOpener } from '../publish/stores.js';
import type { Publishing } from './publishing.js';
import { record, VARIABLES } from './record.js';
import { runChild } from './run-child.js';
import { selectStacks } from './select-stacks.js';

export interface ExecOptions extends Publishing {
  /** The app's command and arguments; the variable of `holdfast-cdk deploy` when absent. */
  readonly command?: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of stacks that could not be published. */
  readonly onFailure: (stacks: readonly AssemblyStack[], error: unknown) => void;
  readonly onPublished: (published: PublishedAssembly) => void;
}

/**
 * Runs a CDK app as the CDK's command does, and publishes what it synthesized in its place. Returns the app's exit code.
 *
 * By itself it never fails for want of a store, because `cdk ls` and `cdk synth` run it too: what could not be published keeps its
 * placeholders, which nobody can deploy. Under `holdfast-cdk deploy` it fails at once.
 */
export async function exec(options: ExecOptions): Promise<number> {
  const { cwd, env } = options;
  const folder = resolve(cwd, env['CDK_OUTDIR'] ?? 'cdk.out');
  const code = await runApp(options, { ...env, CDK_OUTDIR: env['CDK_OUTDIR'] ?? 'cdk.out' });
  if (code !== 0) return code;
  const deployment = env[VARIABLES.deployment];
  const patterns = env[VARIABLES.stacks];
  const assembly = readAssembly(folder);
  if (assembly.incomplete) return 0;
  const selected = selectStacks(
    assembly.stacks,
    patterns === undefined ? undefined : (JSON.parse(patterns) as string[]),
  );
  const names = new Set(selected.map(({ folder: own, artifactId }) => `${own} ${artifactId}`));
  const file = env[VARIABLES.record];
  const defaults = defaultEnvironment(env);
  // Recorded before anything is pinned: what is settled in vain does no harm.
  if (file !== undefined)
    record(
      file,
      selected.map(({ stackName, environment }) => ({
        stackName,
        environment: { ...defaults, ...environment },
      })),
    );
  if (env[VARIABLES.publish] === 'never') {
    await publishAssembly({ ...options.publish, folder, openStore: options.openStore, select: () => false });
    return 0;
  }
  const published = await publishAssembly({
    ...options.publish,
    folder,
    openStore: namingProfile(options.openStore, defaults),
    environment: defaults,
    select: (stack) => names.has(`${stack.folder} ${stack.artifactId}`),
    pin: env[VARIABLES.publish] !== 'unpinned',
    deployment: deployment ?? namedByContent,
    ...(deployment === undefined ? { onFailure: options.onFailure } : {}),
  });
  options.onPublished(published);
  return 0;
}

/** Where the CDK deploys stacks to that name no environment, as it tells the apps that it runs. */
function defaultEnvironment(env: ExecOptions['env']): Environment {
  const { CDK_DEFAULT_ACCOUNT: account = '', CDK_DEFAULT_REGION: region = '' } = env;
  return { ...(account === '' ? {} : { account }), ...(region === '' ? {} : { region }) };
}

/** The CDK tells its apps the account that it deploys to, and not the profile that it got the credentials from. */
function namingProfile(openStore: StoreOpener, defaults: Environment): StoreOpener {
  return async (environment) => {
    try {
      return await openStore(environment);
    } catch (error) {
      const { account } = environment;
      const denied = isHoldfastError(error) && error.code === 'access-denied';
      if (!denied || account === undefined || account !== defaults.account) throw error;
      throw new HoldfastError('access-denied', `${error.message}; cdk deploys with others`, {
        hint: 'Choose the profile by AWS_PROFILE or in cdk.json, in place of "cdk --profile".',
        cause: error,
      });
    }
  };
}

/**
 * What pins of a plain `cdk` command are recorded under: nobody knows when it is over. The same on one day for the same versions, so
 * that commands that deploy nothing leave nothing more; a pin whose deployment is over for a day is settled by any reconcile.
 */
function namedByContent(artifacts: readonly PublishedUse[]): string {
  const text = JSON.stringify(artifacts.map(({ slot, version }) => [slot, version]));
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `cdk-${new Date().toISOString().slice(0, 10)}-${digest}`;
}

async function runApp(
  { command = [], cwd }: ExecOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const [program, ...args] = command;
  if (program !== undefined) {
    // npm and npx are scripts of the shell's on Windows.
    const { code } = await runChild(program, args, { cwd, env, shell: process.platform === 'win32' });
    return code;
  }
  const line = env[VARIABLES.app];
  if (line === undefined) {
    throw new HoldfastError('invalid-input', 'there is no command of an app to run', {
      hint: 'Write it after two dashes: holdfast-cdk exec -- node app.js',
    });
  }
  const { code } = await runChild(line, [], { cwd, env, shell: true });
  return code;
}
