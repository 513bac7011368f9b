import { SAM_OPTIONS, type ArgumentsOf } from './sam-options.js';

/** An option as somebody gave it to sam. */
export interface GivenOption {
  readonly name: string;
  /** The word behind it; undefined for a flag and for an option that takes several. */
  readonly value: string | undefined;
  /** Where its words stand in the list of arguments. */
  readonly start: number;
  readonly end: number;
}

/** A list of arguments for sam, read as far as Holdfast must know it. */
export interface SamArguments {
  readonly words: readonly string[];
  readonly options: readonly GivenOption[];
  /** Where `--` stands, or the end: what is added must come before. */
  readonly end: number;
}

/**
 * Reads the arguments of a command of sam as its own parser does. What is wrong with them is left for sam to say: an option that is not
 * known here may take any words behind it, and words that belong to no option are passed over.
 */
export function readArguments(command: ArgumentsOf, words: readonly string[]): SamArguments {
  const known = SAM_OPTIONS[command];
  const options: GivenOption[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at]!;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') {
      at += 1;
      continue;
    }
    const { name, value: joined } = splitWord(word, known);
    const kind = Object.hasOwn(known, name) ? known[name] : 'words';
    const start = at;
    at += 1;
    if (kind === 'word' && joined === undefined) at += 1;
    if (kind === 'words') while (at < words.length && !words[at]!.startsWith('-')) at += 1;
    const value = kind === 'word' ? (joined ?? words[start + 1]) : undefined;
    options.push({ name, value, start, end: Math.min(at, words.length) });
  }
  return { words, options, end: at };
}

/** `--name=value`, and a short option with its value or with further short ones behind it. */
function splitWord(word: string, known: Readonly<Record<string, string>>): { name: string; value?: string } {
  if (Object.hasOwn(known, word)) return { name: word };
  const at = word.indexOf('=');
  if (word.startsWith('--'))
    return at < 0 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
  const name = word.slice(0, 2);
  return known[name] === 'word' ? { name, value: word.slice(2) } : { name: word };
}

/** Whether a flag is on; undefined when it was not given. Of several the last counts, as for sam. */
export function flagOf({ options }: SamArguments, on: readonly string[], off?: string): boolean | undefined {
  const last = options.findLast(({ name }) => on.includes(name) || name === off);
  return last === undefined ? undefined : last.name !== off;
}

/** The value of an option under any of its names; the last counts. */
export function valueOf({ options }: SamArguments, ...names: readonly string[]): string | undefined {
  return options.findLast(({ name }) => names.includes(name))?.value;
}

/** The words without these options, and with others added where sam reads them last. */
export function changeArguments(
  { words, options, end }: SamArguments,
  { without, add }: { readonly without: readonly string[]; readonly add: readonly string[] },
): string[] {
  const dropped = options.filter(({ name }) => without.includes(name));
  const kept = (index: number): boolean => !dropped.some((it) => it.start <= index && index < it.end);
  return [...words.slice(0, end).filter((_, index) => kept(index)), ...add, ...words.slice(end)];
}
