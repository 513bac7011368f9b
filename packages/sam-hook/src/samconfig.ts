import { readFileSync, statSync } from 'node:fs';
import { extname, isAbsolute, join } from 'node:path';
import { HoldfastError, quote } from '@holdfast/core';
import { loadToml, loadYaml } from './lazy-modules.js';

/** What sam calls its configuration file, in the order in which it looks. Source: samcli/lib/config/samconfig.py. */
const DEFAULT_NAMES = ['samconfig.toml', 'samconfig.yaml', 'samconfig.yml', 'samconfig.json'];

type Table = Readonly<Record<string, unknown>>;

/** What a configuration file of sam says for one environment. */
export interface SamConfig {
  /** The file, absolute; undefined when there is none. */
  readonly file: string | undefined;
  /** `[<env>.global.parameters]`, overlaid by `[<env>.deploy.parameters]`. */
  readonly deploy: Table;
  /** `[<env>.holdfast.parameters]`. */
  readonly holdfast: Table;
}

export interface FindConfigOptions {
  /** The folder that sam looks in: the one of `-t`, else the current one. */
  readonly folder: string;
  /** `--config-file`. */
  readonly given: string | undefined;
  /** `--config-env`. */
  readonly environment: string | undefined;
}

/**
 * Reads sam's configuration file as sam does. Throws `not-found` for a file that was named and is not there, and `invalid-input` for one that
 * is not what its ending says; both before anything is published.
 */
export function readSamConfig({ folder, given, environment = 'default' }: FindConfigOptions): SamConfig {
  const named = given === undefined ? undefined : isAbsolute(given) ? given : join(folder, given);
  const file = named ?? DEFAULT_NAMES.map((name) => join(folder, name)).find(isFile);
  if (file === undefined || (!isFile(file) && given === DEFAULT_NAMES[0])) {
    return { file: undefined, deploy: {}, holdfast: {} };
  }
  const content = tableOf(tableOf(parse(file, readText(file)))[environment]);
  const parametersOf = (command: string): Table => tableOf(tableOf(content[command])['parameters']);
  return {
    file,
    deploy: { ...parametersOf('global'), ...parametersOf('deploy') },
    holdfast: parametersOf('holdfast'),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new HoldfastError(
      absent ? 'not-found' : 'invalid-input',
      absent
        ? `there is no configuration file ${quote(file)}`
        : `the configuration file ${quote(file)} cannot be read (${String((cause as NodeJS.ErrnoException).code)})`,
      { cause },
    );
  }
}

/** Each parser is loaded when a file asks for it. */
function parse(file: string, text: string): unknown {
  try {
    switch (extname(file).toLowerCase()) {
      case '.json':
        return JSON.parse(text);
      case '.yaml':
      case '.yml':
        return loadYaml().parse(text);
      default:
        return loadToml().parse(text);
    }
  } catch (cause) {
    const [why = ''] = (cause as Error).message.split('\n');
    throw new HoldfastError('invalid-input', `the configuration file ${quote(file)} is not valid: ${why}`, {
      cause,
    });
  }
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
