import { isHoldfastError } from '@holdfast/core';
import type { SamHost } from './host.js';
import {
  loadDelete,
  loadDeploy,
  loadEject,
  loadPackage,
  loadRelease,
  loadSession,
  loadSettle,
} from './lazy-modules.js';
import { splitCommandLine, type CommandLine } from './own-options.js';
import type { ArgumentsOf } from './sam-options.js';
import type { SamSession } from './session.js';

/** Wrong usage, as the `holdfast` command has it. */
const USAGE = 2;
const FAILED = 1;

interface Command {
  /** Whose options its arguments are read as. */
  readonly reads: ArgumentsOf;
  readonly load: () => (session: SamSession) => Promise<number>;
}

/* Each is loaded by itself, and nothing of AWS before it is needed. */
const COMMANDS: Readonly<Record<string, Command>> = {
  deploy: { reads: 'deploy', load: () => loadDeploy().deploy },
  package: {
    reads: 'package',
    load: () => loadPackage().packageOnly,
  },
  settle: { reads: 'deploy', load: () => loadSettle().settle },
  delete: {
    reads: 'delete',
    load: () => loadDelete().deleteStack,
  },
  eject: { reads: 'eject', load: () => loadEject().eject },
};

/** Commands of sam that are not for Holdfast, with what to say of them. */
const NOT_HERE: Readonly<Record<string, string>> = {
  sync:
    'sam sync writes code into functions past CloudFormation, and past every reference. ' +
    'Use plain sam sync for a stack of your own, and holdfast-sam deploy for one that counts.',
};

export const HELP = `Usage: holdfast-sam [options] <command> [arguments of sam]

AWS SAM with artifact ARNs: no bucket, and nothing can delete what a stack uses.

Commands:
  deploy   publish, pin, run the real sam deploy, settle; takes every argument of sam deploy
  package  write the packaged template: --stack-name, -t, --output-template-file
  settle   make the references of the stack what CloudFormation says
  delete   run the real sam delete where it cannot touch the repository, then settle
  eject    write what the stack runs as files that plain sam deploys: --stack-name, --output-dir

Options, before the command:
  --store <url>          store to use; the one of the AWS account otherwise
  --repository <name>    repository to publish to
  --id-prefix <prefix>   beginning of the artifact IDs; the stack name otherwise
  --storage-mode <mode>  how functions and layers take their code: copy or reference
  --regions <regions>    regions that the template is packaged for: eu-west-1,us-east-1
  --deployment <name>    what the pins are recorded under; with settle, the deployment that is over
  --literal-locations    write locations that plain sam delete would delete, where SAM takes nothing
                         else (AWS::Serverless::GraphQLApi); holdfast-sam delete spares them
  --debug                print the stack of an error
  --help, --version

Examples:
  $ sam build && holdfast-sam deploy --stack-name payments --capabilities CAPABILITY_IAM
  $ holdfast-sam delete --stack-name payments --no-prompts
`;

/** Runs a command line, without the program's name. Returns the exit code; what went wrong is on standard error. */
export async function runHoldfastSam(argv: readonly string[], host: SamHost): Promise<number> {
  let line: CommandLine | undefined;
  try {
    line = splitCommandLine(argv);
    const { command = '', own, rest } = line;
    if (command === '--help' || command === '-h') {
      host.stdout.write(HELP);
      return 0;
    }
    if (command === '--version') {
      host.stdout.write(`${loadRelease()}\n`);
      return 0;
    }
    const found = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (found === undefined) return refuseCommand(command, host);
    const { prepareSession } = loadSession();
    return await found.load()(prepareSession(found.reads, rest, own, host));
  } catch (error) {
    return failed(error, line?.own.debug === true, host);
  }
}

function refuseCommand(command: string, { stderr }: SamHost): number {
  const why = Object.hasOwn(NOT_HERE, command) ? NOT_HERE[command] : undefined;
  stderr.write(
    why === undefined
      ? `error: ${command === '' ? 'no command is given' : `there is no command "${command}"`}\nhint: See holdfast-sam --help. build, validate and local need nothing of Holdfast: use plain sam.\n`
      : `error: ${why}\n`,
  );
  return USAGE;
}

function failed(error: unknown, debug: boolean, { stderr }: SamHost): number {
  const known = isHoldfastError(error);
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`error: ${known ? message : `unexpected failure: ${message.split('\n')[0] ?? ''}`}\n`);
  if (known && error.hint !== undefined) stderr.write(`hint: ${error.hint}\n`);
  if (debug && error instanceof Error) stderr.write(`${error.stack ?? ''}\n`);
  return known && (error.code === 'invalid-input' || error.code === 'unsupported') ? USAGE : FAILED;
}
