import { allNodes, type CommandNode, type ValueNode } from './command-tree.js';

/**
 * A bash script, from version 3.2 on (macOS), that needs no bash-completion package.
 *
 * The colon splits words in bash, and references hold colons; the words are joined again first.
 */
export function renderBash(root: CommandNode): string {
  const nodes = allNodes(root);
  return `# bash completion of holdfast; load it with: source <(holdfast completion bash)
_holdfast() {
  local words=() word i path='' previous='' current seen=0
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((\${#words[@]} > 0)) && { [[ $word == [:=]* ]] || [[ \${words[\${#words[@]}-1]} == *[:=] ]]; }; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
  done
  current=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  for ((i = 0; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    case "$path $previous" in
${nodes.flatMap(valueOptions).map(skipCase).join('\n')}
    esac
    case "$path/$word" in
${nodes
  .filter(({ path }) => path.length > 0)
  .map(enterCase)
  .join('\n')}
    */-*) ;;
    *) ((seen++)) ;;
    esac
    previous=$word
  done
  case "$path $previous" in
${nodes.flatMap(valueOptions).map(valueCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case "$path" in
${nodes.map((node) => `    '${node.path.join('/')}') _holdfast_words '${flagsOf(node).join(' ')}' ;;`).join('\n')}
    esac
    return
  fi
  case "$path:$seen" in
${nodes.flatMap(argumentCases).join('\n')}
  esac
}

_holdfast_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$current")
}

_holdfast_files() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  compopt -o filenames 2>/dev/null
}

complete -F _holdfast holdfast`;
}

interface ValueOption {
  readonly patterns: readonly string[];
  readonly value: ValueNode;
}

function valueOptions(node: CommandNode): readonly ValueOption[] {
  const own = node.options.filter(({ everywhere }) => !everywhere || node.path.length === 0);
  return own.flatMap(({ flags, value, everywhere }) => {
    const at = everywhere ? `*' ` : `'${node.path.join('/')} `;
    return value === undefined ? [] : [{ patterns: flags.map((flag) => `${at}${flag}'`), value }];
  });
}

/** The word after such an option is its value: no command, no argument. */
function skipCase({ patterns }: ValueOption): string {
  return `    ${patterns.join('|')}) previous='' && continue ;;`;
}

function enterCase({ path }: CommandNode): string {
  const parent = path.slice(0, -1).join('/');
  return `    '${parent}/${path.at(-1) ?? ''}') path='${path.join('/')}' seen=0 ;;`;
}

function valueCase({ patterns, value }: ValueOption): string {
  return `  ${patterns.join('|')}) ${complete(value)}return ;;`;
}

function argumentCases({ path, subcommands, arguments: values }: CommandNode): readonly string[] {
  const at = path.join('/');
  if (subcommands.length > 0) {
    return [`  '${at}:0') _holdfast_words '${subcommands.map((sub) => sub.path.at(-1)).join(' ')}' ;;`];
  }
  return values.map((value, index) => `  '${at}:${index}') ${complete(value)};;`);
}

function complete(value: ValueNode): string {
  if (value.kind === 'file') return '_holdfast_files; ';
  return value.kind === 'choice' ? `_holdfast_words '${value.choices.join(' ')}'; ` : '';
}

function flagsOf({ options }: CommandNode): readonly string[] {
  return options.flatMap(({ flags }) => flags);
}
