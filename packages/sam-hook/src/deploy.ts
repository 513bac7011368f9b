import type { StackOutcome } from '@holdfast/cloudformation';
import { changeArguments } from './arguments.js';
import { findSam } from './find-sam.js';
import { isUndecided, packagedLine, settledLines, tell } from './messages.js';
import { sendable } from './sendable.js';
import { packageBuilt } from './package-built.js';
import { effectiveFlag, requireStackName } from './parameters.js';
import { placeTemplate } from './place-template.js';
import { refuseUnsupported } from './refusals.js';
import { runSam, type SamEnd } from './run-sam.js';
import { withCloudFormation, withStore, type SamSession } from './session.js';
import { loadCloudFormation } from './lazy-modules.js';

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
  return withStore(session, async (store) => {
    const packaged = await packageBuilt(session, store);
    const { deployment } = packaged;
    tell(host, packagedLine(packaged, stackName));
    const text = await sendable(packaged, session, store);
    const placed = placeTemplate(text, parameters.template);
    let end: SamEnd;
    try {
      const env = { ...session.env, SAM_TEMPLATE_FILE: placed.file };
      end = await runSam({
        sam,
        args: ['deploy', ...argumentsFor(session, placed.emptyConfig)],
        env,
        cwd: host.cwd,
      });
    } finally {
      placed.remove();
    }
    if (end.interrupted) {
      // A request of sam's may still be on its way: nobody can say yet that this deployment is over.
      tell(
        host,
        `interrupted; what this deployment uses stays pinned. Once it is over: ${settleHint(stackName, deployment)}`,
      );
      return end.code;
    }
    const { settleStack } = loadCloudFormation();
    const outcomes = await withCloudFormation(session, (api) =>
      settleStack({ store, api, stack: stackName, finished: [deployment] }),
    );
    return report(session, outcomes, end.code, stackName, deployment);
  });
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
): string[] {
  // With `-t` sam looks for its configuration file beside that template, and without it in the current folder.
  const add = parameters.templateGiven ? ['--config-file', parameters.config.file ?? emptyConfig] : [];
  const resolves = effectiveFlag(given, parameters, [['--resolve-s3'], '--no-resolve-s3', 'resolve_s3']);
  if (resolves) add.push('--no-resolve-s3');
  if (parameters.s3Bucket !== undefined) add.push('--s3-bucket', '');
  return changeArguments(given, { without: ['--template-file', '--template', '-t'], add });
}
