import type { CommandNode, OptionNode, ValueNode } from './command-tree.js';

/** A zsh function for `fpath`, which can be sourced as well. One function per command, each with `_arguments`. */
export function renderZsh(root: CommandNode): string {
  return `#compdef holdfast
# zsh completion of holdfast; put it into a folder of $fpath as _holdfast
${renderNode(root)}

if [ "$funcstack[1]" = "_holdfast" ]; then
  _holdfast "$@"
else
  compdef _holdfast holdfast
fi`;
}

function renderNode(node: CommandNode): string {
  const specs = node.options.flatMap(optionSpecs);
  const body = node.subcommands.length > 0 ? withSubcommands(node, specs) : withArguments(node, specs);
  return [`${functionName(node)}() {\n${body}\n}`, ...node.subcommands.map(renderNode)].join('\n\n');
}

function withArguments(node: CommandNode, specs: readonly string[]): string {
  const values = node.arguments.map((value, index) => quoted(`${index + 1}:${action(value)}`));
  return `  _arguments -s \\\n    ${[...specs, ...values].join(' \\\n    ')}`;
}

function withSubcommands(node: CommandNode, specs: readonly string[]): string {
  const name = (sub: CommandNode): string => sub.path.at(-1) ?? '';
  return `  local context state state_descr line
  typeset -A opt_args
  _arguments -s -C \\
    ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command)
      local -a commands
      commands=(
${node.subcommands.map((sub) => `        ${quoted(`${name(sub)}:${sub.summary}`)}`).join('\n')}
      )
      _describe command commands ;;
    rest)
      case $line[1] in
${node.subcommands.map((sub) => `        ${name(sub)}) ${functionName(sub)} ;;`).join('\n')}
      esac ;;
  esac`;
}

function optionSpecs({ flags, summary, value }: OptionNode): readonly string[] {
  const text = summary.replace(/[\\[\]:]/g, '\\$&');
  const exclusive = flags.length > 1 ? `(${flags.join(' ')})` : '';
  return flags.map((flag) =>
    quoted(`${exclusive}${flag}[${text}]${value === undefined ? '' : `:${action(value)}`}`),
  );
}

function action({ kind, choices }: ValueNode): string {
  if (kind === 'file') return 'file:_files';
  return kind === 'choice' ? `value:(${choices.join(' ')})` : 'value: ';
}

function functionName({ path }: CommandNode): string {
  return ['_holdfast', ...path].join('_');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
