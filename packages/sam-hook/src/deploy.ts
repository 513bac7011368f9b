import type { PackagedTemplate, StackOutcome } from '@holdfast/cloudformation';
import type { ArtifactStore } from '@holdfast/core';
import { changeArguments } from './arguments.js';
import { isTooBig, type PlacedByUrl } from './big-template.js';
import { findSam } from './find-sam.js';
import { isUndecided, packagedLine, settledLines, tell } from './messages.js';
import { packageBuilt } from './package-built.js';
import { effectiveFlag, requireStackName } from './parameters.js';
import { placeTemplate, type PlacedTemplate } from './place-template.js';
import { withRegions } from './regional.js';
import { refuseUnsupported } from './refusals.js';
import { publishTemplate } from './template-by-url.js';
import { runSam, type SamEnd } from './run-sam.js';
import { openAhead, settleEverywhere } from './settle-everywhere.js';
import { withStore, type SamSession } from './session.js';
import { loadCloudFormation, loadTranslator } from './lazy-modules.js';

/**
 * Publishes, pins, runs the real `sam deploy` and settles from CloudFormation. Returns the exit code: sam's own, or 1 when the stack's
 * references could not be registered.
 */
export async function deploy(session: SamSession): Promise<number> {
  const { host, given, parameters } = session;
  refuseUnsupported(given, parameters);
  if (given.options.some(({ name }) => name === '--help' || name === '-h')) return help(session);
  const stackName = requireStackName(parameters);
  const sam = findSam(session.env);
  warnOfStorageMode(session, sam);
  return withStore(session, async (store) => {
    const { packaged, placed, byUrl } = await prepare(session, store, sam);
    const { deployment } = packaged;
    const args = ['deploy', ...argumentsFor(session, placed.emptyConfig, byUrl)];
    const env = { ...session.env, SAM_TEMPLATE_FILE: placed.file };
    const running = runSam({ sam, args, env, cwd: host.cwd });
    const asking = openAhead(session);
    let end: SamEnd;
    try {
      end = await running;
    } finally {
      placed.remove();
    }
    const api = await asking;
    if (end.interrupted) {
      api?.close();
      // A request of sam's may still be on its way: nobody can say yet that this deployment is over.
      tell(
        host,
        `interrupted; what this deployment uses stays pinned. Once it is over: ${settleHint(stackName, deployment)}`,
      );
      return end.code;
    }
    const outcomes = await settleEverywhere(session, store, stackName, [deployment], api);
    return report(session, outcomes, end.code, stackName, deployment);
  });
}

/** Says before anything is deployed when functions would run from copies all the same. */
function warnOfStorageMode({ host, settings }: SamSession, sam: string): void {
  if (settings.storageMode !== 'reference') return;
  const { storageModeWarning, translatorVersion } = loadTranslator();
  const warning = storageModeWarning(translatorVersion(sam));
  if (warning !== undefined) tell(host, `warning: ${warning}`);
}

interface Prepared {
  readonly packaged: PackagedTemplate;
  readonly placed: PlacedTemplate;
  /** Where sam finds the template, when it is too big for a request. */
  readonly byUrl: PlacedByUrl | undefined;
}

/** Publishes and pins all that the deployment uses, and writes what sam reads. */
async function prepare(session: SamSession, store: ArtifactStore, sam: string): Promise<Prepared> {
  const { host, parameters, own } = session;
  return withRegions(session, store, async (regional) => {
    const packaged = await packageBuilt(session, store, regional);
    tell(host, packagedLine(packaged, requireStackName(parameters)));
    const placed = placeTemplate(packaged.text, parameters.template);
    try {
      const big = isTooBig(packaged.text);
      const byUrl = big
        ? await publishTemplate({ session, store, sam, packaged, placed, regional })
        : undefined;
      return { packaged, placed, byUrl };
    } catch (error) {
      placed.remove();
      // Nothing was asked of CloudFormation. What a pipeline named itself may have begun before.
      if (own.deployment === undefined)
        await release(store, packaged.deployment, requireStackName(parameters));
      throw error;
    }
  });
}

/** Releases the pins of a deployment that does not happen. Where that fails they stay, and go when their lease is over. */
async function release(store: ArtifactStore, deployment: string, stackName: string): Promise<void> {
  const { abandonDeployment } = loadCloudFormation();
  await abandonDeployment({ store, stackName, deployment }).catch(() => undefined);
}

/** Shows sam's own help: nothing is deployed. */
async function help({ host, env, given }: SamSession): Promise<number> {
  const { code } = await runSam({ sam: findSam(env), args: ['deploy', ...given.words], env, cwd: host.cwd });
  return code;
}

function report(
  { host }: SamSession,
  outcomes: readonly StackOutcome[],
  code: number,
  stackName: string,
  deployment: string,
): number {
  for (const line of settledLines(outcomes)) tell(host, line);
  if (!isUndecided(outcomes)) return code;
  tell(
    host,
    `the references of ${stackName} could not be registered; everything that it may use stays pinned. Repeat: ${settleHint(stackName, deployment)}`,
  );
  return code === 0 ? 1 : code;
}

function settleHint(stackName: string, deployment: string): string {
  return `holdfast-sam --deployment ${deployment} settle --stack-name ${stackName}`;
}

/**
 * The user's own arguments, less the template, which the environment names, and with what keeps sam from uploading anything. What is added
 * stands last, where sam lets it win over the same arguments of the user and over samconfig.
 */
export function argumentsFor(
  { given, parameters }: Pick<SamSession, 'given' | 'parameters'>,
  emptyConfig: string,
  byUrl?: PlacedByUrl,
): string[] {
  // With `-t` sam looks for its configuration file beside that template, and without it in the current folder.
  const add = parameters.templateGiven ? ['--config-file', parameters.config.file ?? emptyConfig] : [];
  const resolves = effectiveFlag(given, parameters, [['--resolve-s3'], '--no-resolve-s3', 'resolve_s3']);
  if (resolves) add.push('--no-resolve-s3');
  if (byUrl !== undefined) add.push('--s3-bucket', byUrl.bucket, '--s3-prefix', byUrl.prefix);
  else if (parameters.s3Bucket !== undefined) add.push('--s3-bucket', '');
  const without = ['--template-file', '--template', '-t', ...(byUrl === undefined ? [] : ['--force-upload'])];
  return changeArguments(given, { without, add });
}
