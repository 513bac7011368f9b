import { HoldfastError, quote } from '@holdfast/core';

/** What is said to Holdfast itself: before the command, because everything behind it is sam's. */
export interface OwnOptions {
  readonly store?: string;
  readonly repository?: string;
  readonly idPrefix?: string;
  readonly storageMode?: string;
  readonly regions?: string;
  readonly deployment?: string;
  readonly debug?: boolean;
  readonly literalLocations?: boolean;
}

type Flag = 'debug' | 'literalLocations';

const FLAGS: Readonly<Record<string, Flag>> = {
  '--debug': 'debug',
  '--literal-locations': 'literalLocations',
};

const WITH_VALUE: Readonly<Record<string, Exclude<keyof OwnOptions, Flag>>> = {
  '--store': 'store',
  '--repository': 'repository',
  '--id-prefix': 'idPrefix',
  '--storage-mode': 'storageMode',
  '--regions': 'regions',
  '--deployment': 'deployment',
};

export interface CommandLine {
  readonly own: OwnOptions;
  /** `deploy`, `--help` and the like; undefined when there is none. */
  readonly command: string | undefined;
  /** Everything behind the command. */
  readonly rest: readonly string[];
}

/** Takes a command line apart. Throws `invalid-input` for an option before the command that is none of Holdfast's. */
export function splitCommandLine(argv: readonly string[]): CommandLine {
  const own: { -readonly [Key in keyof OwnOptions]: OwnOptions[Key] } = {};
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (!word.startsWith('--') || word === '--help' || word === '--version') {
      return { own, command: word, rest: argv.slice(at + 1) };
    }
    const flag = Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined;
    if (flag !== undefined) {
      own[flag] = true;
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const field = Object.hasOwn(WITH_VALUE, name) ? WITH_VALUE[name] : undefined;
    if (field === undefined) {
      throw new HoldfastError('invalid-input', `holdfast-sam has no option ${quote(word)}`, {
        hint: 'Options of sam stand behind the command: holdfast-sam deploy --stack-name payments.',
      });
    }
    const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
    if (value === undefined) throw new HoldfastError('invalid-input', `${name} wants a value`);
    own[field] = value;
  }
  return { own, command: undefined, rest: [] };
}
