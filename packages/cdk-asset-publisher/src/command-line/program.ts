import { homedir } from 'node:os';
import { Command, Option } from 'commander';
import { HoldfastError } from '@holdfast/core';
import { currentMachine, decideSettings } from '@holdfast/core/settings';
import { awsVariables } from '../deploy/aws-variables.js';
import { readCdkArguments, type CdkArguments } from '../deploy/cdk-arguments.js';
import { exec } from '../deploy/exec.js';
import type { Publishing } from '../deploy/publishing.js';
import { runCdk } from '../deploy/run-cdk.js';
import { publishAssembly } from '../publish/publish-assembly.js';
import { EnvironmentStores } from '../publish/stores.js';
import { declareImportStaging } from './import-staging.js';
import { failureLines, publishedLines, reportLines } from './render.js';

/** Where a command writes and what it reads. */
export interface CommandHost {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** The file of this command. */
  readonly file: string;
}

export interface GlobalOptions {
  readonly store?: string;
  readonly repository?: string;
  readonly json?: true;
  readonly tags?: true;
  readonly keepRoles?: true;
}

/** Sets the exit code of the process that the command line belongs to. */
export type SetExitCode = (code: number) => void;

/** Something could not be decided, as the exit codes of `holdfast` say it. */
const UNDECIDED = 4;

/** The command line of `holdfast-cdk`. */
export function createProgram(host: CommandHost, setExitCode: SetExitCode): Command {
  const program = new Command('holdfast-cdk')
    .description(
      'Deploys CDK apps with their assets in a Holdfast repository. No bootstrap is needed for files.',
    )
    .usage('<command> [options]')
    .option('--store <url>', 'store to use; also HOLDFAST_STORE or store: in holdfast.yaml')
    .option('--repository <name>', 'repository for the artifacts, whatever the app says')
    .option('--tags', 'tag every resource with the version that it is about')
    .option('--keep-roles', 'of stock stacks: deploy with the roles of the bootstrap')
    .option('--json', 'print what was published as JSON')
    .enablePositionalOptions()
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.out(text.replace(/\n$/, '')), outputError: () => undefined });
  declarePublish(program, host);
  for (const verb of ['deploy', 'destroy', 'diff'] as const) declareCdk(program, host, setExitCode, verb);
  declareExec(program, host, setExitCode);
  declareImportStaging(program, host, setExitCode, withPublishing);
  return program;
}

function declarePublish(program: Command, host: CommandHost): void {
  program
    .command('publish')
    .description('publish the assets of an assembly, and write one to deploy with any cdk')
    .argument('[folder]', 'what "cdk synth" wrote', 'cdk.out')
    .option('--output <folder>', 'where to write the assembly to deploy', 'holdfast.out')
    .option('--deployment <name>', 'what to pin the versions under; a new random name otherwise')
    .action(async (folder: string, options: { output: string; deployment?: string }) => {
      const published = await withPublishing(program.opts<GlobalOptions>(), (publishing) =>
        publishAssembly({
          ...publishing.publish,
          openStore: publishing.openStore,
          folder,
          output: options.output,
          ...(options.deployment === undefined ? {} : { deployment: options.deployment }),
        }),
      );
      if (published.incomplete) {
        throw new HoldfastError('invalid-input', `${folder} waits for values that the CDK looks up`, {
          hint: 'Run "cdk synth" with credentials, and publish then.',
        });
      }
      if (program.opts<GlobalOptions>().json === true) host.out(JSON.stringify(published));
      else {
        publishedLines(published).forEach(host.out);
        host.out(`Deploy it with: holdfast-cdk deploy --app ${published.folder}`);
      }
    });
}

function declareCdk(
  program: Command,
  host: CommandHost,
  setExitCode: SetExitCode,
  verb: 'deploy' | 'destroy' | 'diff',
): void {
  const what = {
    deploy: 'publish, pin, run "cdk deploy", and settle the references',
    destroy: 'run "cdk destroy", and settle the references',
    diff: 'publish, and run "cdk diff"',
  };
  program
    .command(verb)
    .description(what[verb])
    .argument('[arguments...]', `those of "cdk ${verb}"`)
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[]) => {
      useAwsVariables(readCdkArguments(args));
      await withPublishing(program.opts<GlobalOptions>(), async (publishing, env) => {
        const report = await runCdk({
          ...publishing,
          verb,
          args,
          cwd: process.cwd(),
          env,
          holdfastCdk: host.file,
          onPublished: (published) => publishedLines(published).forEach(host.err),
        });
        const { exitCode, settled } = report;
        reportLines(report).forEach(host.err);
        const undecided = settled.some(({ result }) => result === 'undecided');
        setExitCode(exitCode === 0 && undecided ? UNDECIDED : exitCode);
      });
    });
}

function declareExec(program: Command, host: CommandHost, setExitCode: SetExitCode): void {
  program
    .command('exec')
    .description(
      'run an app for the CDK, and publish what it synthesizes: "app": "holdfast-cdk exec -- node app.js"',
    )
    .argument('[command...]', 'the app and its arguments, after two dashes')
    .addOption(
      new Option('--publish <when>', 'publish, or leave everything as the app wrote it').choices([
        'always',
        'never',
      ]),
    )
    .passThroughOptions()
    .action(async (command: string[], options: { publish?: string }) => {
      useAwsVariables();
      await withPublishing(program.opts<GlobalOptions>(), async (publishing, env) => {
        const code = await exec({
          ...publishing,
          command,
          cwd: process.cwd(),
          env: {
            ...env,
            ...(options.publish === undefined ? {} : { HOLDFAST_CDK_PUBLISH: options.publish }),
          },
          onFailure: (stacks, error) => failureLines(stacks, error).forEach(host.err),
          onPublished: (published) => {
            if (env['HOLDFAST_CDK_DEPLOYMENT'] !== undefined) publishedLines(published).forEach(host.err);
          },
        });
        setExitCode(code);
      });
    });
}

/** The SDK reads its profile and its region from this process's environment. */
function useAwsVariables(args: Pick<CdkArguments, 'profile' | 'region'> = {}): void {
  Object.assign(process.env, awsVariables({ args, cwd: process.cwd(), home: homedir(), env: process.env }));
}

type Env = Readonly<Record<string, string | undefined>>;

/** Runs with the settings' stores, which are opened when they are needed and closed afterwards. */
async function withPublishing<T>(
  options: GlobalOptions,
  run: (publishing: Publishing, env: Env) => Promise<T>,
): Promise<T> {
  const settings = decideSettings(
    options.store === undefined ? {} : { store: options.store },
    currentMachine(),
  );
  const stores = new EnvironmentStores(settings);
  const { repository, idPrefix, storageMode } = settings;
  // A command that the CDK runs below this one decides the same way.
  const env = {
    ...process.env,
    ...(options.store === undefined ? {} : { HOLDFAST_STORE: settings.store }),
    ...forwarded(options),
  };
  const inherited = JSON.parse(process.env[FORWARDED] ?? '{}') as GlobalOptions;
  const { repository: forced, tags, keepRoles } = { ...inherited, ...options };
  try {
    return await run(
      {
        openStore: stores.open,
        publish: {
          ...(forced === undefined ? {} : { repository: forced }),
          ...(repository === undefined ? {} : { defaultRepository: repository }),
          ...(idPrefix === undefined ? {} : { idPrefix }),
          ...(storageMode === undefined ? {} : { storageMode }),
          tags: tags === true,
          keepRoles: keepRoles === true,
        },
      },
      env,
    );
  } finally {
    await stores.close();
  }
}

/** The options that the `exec` below gets by its environment. */
const FORWARDED = 'HOLDFAST_CDK_OPTIONS';

function forwarded({ repository, tags, keepRoles }: GlobalOptions): Record<string, string> {
  if (repository === undefined && tags === undefined && keepRoles === undefined) return {};
  return { [FORWARDED]: JSON.stringify({ repository, tags, keepRoles }) };
}
