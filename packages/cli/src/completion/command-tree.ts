import type { Argument, Command, Option } from 'commander';

/** What can be typed where, as completion needs it; the same for every shell. */
export interface CommandNode {
  /** The words that lead here, without the program's name; empty for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly subcommands: readonly CommandNode[];
  /** Of the command itself and of the program, which are accepted everywhere. */
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ValueNode[];
}

export interface OptionNode {
  /** `-y` and `--yes`, in this order. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** Absent when the option takes no value. */
  readonly value?: ValueNode;
  /** The program's, accepted after every command. */
  readonly everywhere: boolean;
}

export interface ValueNode {
  readonly kind: 'file' | 'choice' | 'free';
  readonly choices: readonly string[];
}

/** Values that are files have one of these names. */
const FILE_NAMES = new Set(['path', 'file', 'source']);

/** Reads the tree off commander's declarations. */
export function describeCommands(program: Command): CommandNode {
  return describe(program, [], program);
}

function describe(command: Command, path: readonly string[], program: Command): CommandNode {
  const help = command.createHelp();
  const own = help.visibleOptions(command);
  const inherited =
    command === program ? [] : program.options.filter((option) => option.long !== '--version');
  return {
    path,
    summary: command.summary() || command.description(),
    subcommands: help
      .visibleCommands(command)
      .filter((sub) => sub.name() !== 'help')
      .map((sub) => describe(sub, [...path, sub.name()], program)),
    options: [...own, ...inherited].map((option) => describeOption(option, program)),
    arguments: command.registeredArguments.map(describeArgument),
  };
}

function describeOption(option: Option, program: Command): OptionNode {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const name = /[<[]([a-z]+)/.exec(option.flags)?.[1];
  return {
    flags,
    summary: option.description,
    everywhere: program.options.includes(option),
    ...(name === undefined ? {} : { value: describeValue(name, option.argChoices) }),
  };
}

function describeArgument(argument: Argument): ValueNode {
  return describeValue(argument.name(), argument.argChoices);
}

function describeValue(name: string, choices: readonly string[] | undefined): ValueNode {
  if (choices !== undefined) return { kind: 'choice', choices };
  return { kind: FILE_NAMES.has(name) ? 'file' : 'free', choices: [] };
}

/** The node and all below it, the node first. */
export function allNodes(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.subcommands.flatMap(allNodes)];
}
