import { Command } from 'commander';
import { examples } from './help.js';
import { RELEASE } from './release.js';
import type { Session } from './session.js';
import type { GlobalOptions } from './global-options.js';

type Declare = (program: Command, session: Session) => void;

/*
 * Every command with its declaration, in the order of the help. Each file is loaded by itself: reading all of them takes
 * longer than most commands.
 */
const COMMANDS: ReadonlyMap<string, () => Declare> = new Map([
  [
    'publish',
    () => (require('./commands/publish.js') as typeof import('./commands/publish.js')).declarePublish,
  ],
  ['list', () => (require('./commands/list.js') as typeof import('./commands/list.js')).declareList],
  ['show', () => (require('./commands/show.js') as typeof import('./commands/show.js')).declareShow],
  ['get', () => (require('./commands/get.js') as typeof import('./commands/get.js')).declareGet],
  [
    'resolve',
    () => (require('./commands/resolve.js') as typeof import('./commands/resolve.js')).declareResolve,
  ],
  [
    'replicate',
    () => (require('./commands/replicate.js') as typeof import('./commands/replicate.js')).declareReplicate,
  ],
  [
    'bookmark',
    () => (require('./commands/bookmark.js') as typeof import('./commands/bookmark.js')).declareBookmark,
  ],
  [
    'references',
    () =>
      (require('./commands/references.js') as typeof import('./commands/references.js')).declareReferences,
  ],
  [
    'where-used',
    () => (require('./commands/where-used.js') as typeof import('./commands/where-used.js')).declareWhereUsed,
  ],
  ['why', () => (require('./commands/why.js') as typeof import('./commands/why.js')).declareWhy],
  ['whatis', () => (require('./commands/whatis.js') as typeof import('./commands/whatis.js')).declareWhatis],
  ['adopt', () => (require('./commands/adopt.js') as typeof import('./commands/adopt.js')).declareAdopt],
  [
    'update-function',
    () =>
      (require('./commands/update-function.js') as typeof import('./commands/update-function.js'))
        .declareUpdateFunction,
  ],
  ['delete', () => (require('./commands/delete.js') as typeof import('./commands/delete.js')).declareDelete],
  [
    'undelete',
    () => (require('./commands/delete.js') as typeof import('./commands/delete.js')).declareUndelete,
  ],
  [
    'lifecycle',
    () => (require('./commands/lifecycle.js') as typeof import('./commands/lifecycle.js')).declareLifecycle,
  ],
  ['gc', () => (require('./commands/gc.js') as typeof import('./commands/gc.js')).declareGc],
  ['verify', () => (require('./commands/verify.js') as typeof import('./commands/verify.js')).declareVerify],
  ['events', () => (require('./commands/events.js') as typeof import('./commands/events.js')).declareEvents],
  ['copy', () => (require('./commands/copy.js') as typeof import('./commands/copy.js')).declareCopy],
  [
    'repository',
    () =>
      (require('./commands/repository.js') as typeof import('./commands/repository.js')).declareRepository,
  ],
  ['share', () => (require('./commands/share.js') as typeof import('./commands/share.js')).declareShare],
  [
    'package',
    () => (require('./commands/package.js') as typeof import('./commands/package.js')).declarePackage,
  ],
  ['diff', () => (require('./commands/diff.js') as typeof import('./commands/diff.js')).declareDiff],
  ['stack', () => (require('./commands/stack.js') as typeof import('./commands/stack.js')).declareStack],
  [
    'reconcile',
    () => (require('./commands/reconcile.js') as typeof import('./commands/reconcile.js')).declareReconcile,
  ],
  [
    'rebuild',
    () => (require('./commands/rebuild.js') as typeof import('./commands/rebuild.js')).declareRebuild,
  ],
  [
    'bootstrap',
    () => (require('./commands/bootstrap.js') as typeof import('./commands/bootstrap.js')).declareBootstrap,
  ],
  ['cdk', () => (require('./cdk.js') as typeof import('./cdk.js')).declareCdk],
  ['sam', () => (require('./sam.js') as typeof import('./sam.js')).declareSam],
  ['policy', () => (require('./commands/policy.js') as typeof import('./commands/policy.js')).declarePolicy],
  [
    'completion',
    () =>
      (require('./commands/completion.js') as typeof import('./commands/completion.js')).declareCompletion,
  ],
]);

/** Commands that need the declarations of all. */
const NEEDS_ALL = 'completion';

/** Options of the program that take the next word. */
const WITH_VALUE = new Set(['--store', '--repository']);

/** The command that the words name, when that is beyond doubt; otherwise all must be declared. */
function namedCommand(argv: readonly string[]): string | undefined {
  let at = 0;
  while (argv[at]?.startsWith('-') === true) at += WITH_VALUE.has(argv[at] ?? '') ? 2 : 1;
  const word = argv[at];
  return word !== undefined && word !== NEEDS_ALL && COMMANDS.has(word) ? word : undefined;
}

/**
 * The command line, declared as far as these words need it. Parsing them runs the chosen command; wrong usage throws
 * commander's error.
 */
export function createProgram(session: Session, argv: readonly string[]): Command {
  const { host } = session;
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
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => program.opts<GlobalOptions>().json !== true && host.stderr.write(text),
      outputError: () => undefined,
    });
  const named = namedCommand(argv);
  for (const [name, load] of COMMANDS) if (named === undefined || named === name) load()(program, session);
  return program;
}
