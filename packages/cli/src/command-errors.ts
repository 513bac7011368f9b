import type { Command, CommanderError } from 'commander';
import { UsageError } from './usage-error.js';

/**
 * What commander threw, as this program's own error; undefined when it only ended the parsing, as after `--help`.
 */
export function usageErrorOf(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): UsageError | undefined {
  if (error.exitCode === 0) return undefined;
  const command = commandNamed(program, argv);
  const name = command === program ? 'holdfast' : `holdfast ${pathOf(command, program)}`;
  if (error.code === 'commander.help')
    return new UsageError(`${name} needs a command`, `See ${name} --help.`);
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const help = `See ${name} --help.`;
  const meant = suggestion === undefined ? '' : `${suggestion.replace(/^\((.*)\)$/, '$1')} `;
  return new UsageError(message, `${meant}${help}`);
}

function commandNamed(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const sub = command.commands.find((candidate) => candidate.name() === word);
    if (sub !== undefined) command = sub;
  }
  return command;
}

function pathOf(command: Command, program: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null && at !== program; at = at.parent)
    names.unshift(at.name());
  return names.join(' ');
}
