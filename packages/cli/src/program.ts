import { Command } from 'commander';
import { declareBookmark } from './commands/bookmark.js';
import { declareCompletion } from './commands/completion.js';
import { declareDelete, declareUndelete } from './commands/delete.js';
import { declareEvents } from './commands/events.js';
import { declareGc } from './commands/gc.js';
import { declareGet } from './commands/get.js';
import { declareList } from './commands/list.js';
import { declarePackage } from './commands/package.js';
import { declarePublish } from './commands/publish.js';
import { declareReferences } from './commands/references.js';
import { declareRepository } from './commands/repository.js';
import { declareResolve } from './commands/resolve.js';
import { declareShow } from './commands/show.js';
import { declareStack } from './commands/stack.js';
import { declareVerify } from './commands/verify.js';
import { declareWhy } from './commands/why.js';
import { examples } from './help.js';
import { RELEASE } from './release.js';
import type { Session } from './session.js';
import type { GlobalOptions } from './settings.js';

/** In the order of the help. */
const DECLARATIONS = [
  declarePublish,
  declareList,
  declareShow,
  declareGet,
  declareResolve,
  declareBookmark,
  declareReferences,
  declareWhy,
  declareDelete,
  declareUndelete,
  declareGc,
  declareVerify,
  declareEvents,
  declareRepository,
  declarePackage,
  declareStack,
  declareCompletion,
];

/** The whole command line, declared. Parsing it runs the chosen command; wrong usage throws commander's error. */
export function createProgram(session: Session): Command {
  const { stdout, stderr } = session.host;
  const program = new Command('holdfast')
    .description(
      'The place for AWS code artifacts: immutable versions, ARNs, and references that nothing can delete under.',
    )
    .usage('<command> [options]')
    .version(RELEASE, '-V, --version', 'print the version')
    .option(
      '--store <url>',
      'store to use, such as file:.holdfast; also HOLDFAST_STORE or store: in holdfast.yaml',
    )
    .option('--repository <name>', 'repository for names that are no ARNs')
    .option('--json', 'print results, and errors, as JSON')
    .option('--verbose', 'tell what is going on, also without a terminal')
    .option('--debug', 'print the stack of an error')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .addHelpText('after', examples('holdfast publish dist/ --id payments/api', 'holdfast why payments/api:1'))
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    // Errors are printed by whoever catches them, in one form for all. What is left for stderr is help for want of a command.
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => program.opts<GlobalOptions>().json !== true && stderr.write(text),
      outputError: () => undefined,
    });
  for (const declare of DECLARATIONS) declare(program, session);
  return program;
}
