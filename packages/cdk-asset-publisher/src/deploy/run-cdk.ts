import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StackOutcome } from '@holdfast/cloudformation';
import { readAssembly } from '../assembly/read-assembly.js';
import { publishAssembly, type PublishedAssembly } from '../publish/publish-assembly.js';
import { readCdkArguments } from './cdk-arguments.js';
import { findApp } from './find-app.js';
import type { Publishing } from './publishing.js';
import { readRecord, record, VARIABLES } from './record.js';
import { runChild, type ChildEnd } from './run-child.js';
import { selectStacks } from './select-stacks.js';
import { settleStacks } from './settle.js';

export interface RunCdkOptions extends Publishing {
  readonly verb: 'deploy' | 'destroy' | 'diff';
  /** The user's own arguments for `cdk`. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file of this command, for the CDK's command to call. */
  readonly holdfastCdk: string;
  readonly onPublished: (published: PublishedAssembly) => void;
}

export interface CdkReport {
  /** What the CDK's command ended with. */
  readonly exitCode: number;
  /** What the versions were pinned under. Absent when nothing was pinned. */
  readonly deployment?: string;
  /** Somebody broke it off: CloudFormation may still be at it, so that the pins stay. */
  readonly interrupted: boolean;
  /** What became of the references of every stack; nothing for a diff. */
  readonly settled: readonly StackOutcome[];
}

/**
 * Runs the real `cdk` on an app whose artifacts are published and pinned first, and settles the stacks' references afterwards from what
 * CloudFormation says, whatever it ended with.
 */
export async function runCdk(options: RunCdkOptions): Promise<CdkReport> {
  const { verb, cwd, env } = options;
  const { app: given, patterns, rest, waits } = readCdkArguments(options.args);
  const app = findApp({ ...(given === undefined ? {} : { given }), cwd, home: homedir(), env });
  const deployment = verb === 'deploy' ? randomUUID() : undefined;
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-cdk-'));
  const file = join(scratch, 'stacks.json');
  try {
    let end: ChildEnd;
    if (app.kind === 'folder') {
      const output = join(scratch, 'assembly');
      const folder = await prepareFolder(options, { folder: app.folder, output, file, patterns, deployment });
      end = await cdk(options, [verb, ...rest, '--app', folder], env);
    } else {
      const line = `"${process.execPath}" "${options.holdfastCdk}" exec`;
      end = await cdk(options, [verb, ...rest, '--app', line], {
        ...env,
        [VARIABLES.app]: app.command,
        [VARIABLES.record]: file,
        ...(deployment === undefined ? {} : { [VARIABLES.deployment]: deployment }),
        ...(patterns === undefined ? {} : { [VARIABLES.stacks]: JSON.stringify(patterns) }),
        ...(verb === 'deploy' ? {} : { [VARIABLES.publish]: verb === 'diff' ? 'unpinned' : 'never' }),
      });
    }
    const { code: exitCode, interrupted } = end;
    const stacks = verb === 'diff' ? [] : readRecord(file);
    // A change set that waits for approval is a deployment that is not over, and so is one that was broken off: a request may be on its way.
    const goesOn = (waits && exitCode === 0) || interrupted || deployment === undefined;
    const settled = await settleStacks({
      stacks,
      finished: goesOn ? [] : [deployment],
      openStore: options.openStore,
      former: verb !== 'deploy',
    });
    return { exitCode, interrupted, settled, ...(deployment === undefined ? {} : { deployment }) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface FolderPreparation {
  readonly folder: string;
  readonly output: string;
  /** Where the stacks are recorded. */
  readonly file: string;
  readonly patterns: readonly string[] | undefined;
  readonly deployment: string | undefined;
}

/** Publishes an assembly into a folder of this run's own, and records its stacks. */
async function prepareFolder(
  options: RunCdkOptions,
  { folder, output, file, patterns, deployment }: FolderPreparation,
): Promise<string> {
  const selected = selectStacks(readAssembly(folder).stacks, patterns);
  record(
    file,
    selected.map(({ stackName, environment, plan: { published } }) => ({
      stackName,
      environment,
      ...(published?.deployment === undefined ? {} : { deployments: [published.deployment] }),
    })),
  );
  if (options.verb === 'destroy') return folder;
  const names = new Set(selected.map(({ path }) => path));
  const published = await publishAssembly({
    ...options.publish,
    folder,
    output,
    openStore: options.openStore,
    select: ({ path }) => names.has(path),
    pin: options.verb === 'deploy',
    ...(deployment === undefined ? {} : { deployment }),
  });
  if (options.verb === 'deploy') options.onPublished(published);
  return output;
}

function cdk(
  { cwd }: RunCdkOptions,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ChildEnd> {
  const own = findCdk(cwd);
  if (own !== undefined) return runChild(process.execPath, [own, ...args], { cwd, env });
  return runChild('cdk', args, { cwd, env, shell: process.platform === 'win32' });
}

/** The file of the CDK's command that the project has; undefined when it has none, and that of the PATH is to be used. */
function findCdk(cwd: string): string | undefined {
  for (const from of [join(cwd, 'package.json'), __filename]) {
    try {
      const file = createRequire(from).resolve('aws-cdk/package.json');
      const { bin } = JSON.parse(readFileSync(file, 'utf8')) as { bin?: Record<string, string> };
      const path = join(dirname(file), bin?.['cdk'] ?? 'bin/cdk');
      if (existsSync(path)) return path;
    } catch {
      // Not installed there; the PATH is asked last, and says so when it has none either.
    }
  }
  return undefined;
}
