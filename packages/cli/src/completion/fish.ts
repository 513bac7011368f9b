import { allNodes, type CommandNode, type OptionNode, type ValueNode } from './command-tree.js';

/** A fish script of `complete` lines; which of them apply is decided by the words typed so far. */
export function renderFish(root: CommandNode): string {
  const lines = allNodes(root).flatMap((node) => [
    ...node.subcommands.map((sub) => subcommandLine(node, sub)),
    ...node.options.map((option) => optionLine(node, option)),
    ...node.arguments.map((value) => argumentLine(node, value)),
  ]);
  return `# fish completion of holdfast; put it into ~/.config/fish/completions/holdfast.fish
complete -c holdfast -f
${lines.filter((line) => line !== '').join('\n')}`;
}

function subcommandLine(node: CommandNode, sub: CommandNode): string {
  return `complete -c holdfast -n ${quoted(condition(node))} -a ${sub.path.at(-1) ?? ''} -d ${quoted(sub.summary)}`;
}

function optionLine(node: CommandNode, { flags, summary, value }: OptionNode): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const takes = value === undefined ? '' : `${value.kind === 'file' ? ' -r' : ' -x'}${valueFlags(value)}`;
  return `complete -c holdfast -n ${quoted(condition(node))} ${names.join(' ')}${takes} -d ${quoted(summary)}`;
}

function argumentLine(node: CommandNode, value: ValueNode): string {
  const flags = valueFlags(value);
  return flags === '' ? '' : `complete -c holdfast -n ${quoted(condition(node))}${flags}`;
}

function valueFlags({ kind, choices }: ValueNode): string {
  if (kind === 'file') return ' -F';
  return kind === 'choice' ? ` -a ${quoted(choices.join(' '))}` : '';
}

/** True while the words lead to this command and to none below it. */
function condition({ path, subcommands }: CommandNode): string {
  const here =
    path.length === 0 ? ['__fish_use_subcommand'] : path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = subcommands.map((sub) => sub.path.at(-1)).join(' ');
  const notBelow = path.length > 0 && below !== '' ? [`not __fish_seen_subcommand_from ${below}`] : [];
  return [...here, ...notBelow].join('; and ');
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
