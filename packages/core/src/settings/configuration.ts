import type { Document, LineCounter, Node, isMap, isScalar } from 'yaml';
import { parseDuration } from './duration.js';
import { HoldfastError } from '../errors.js';

/** The values of `holdfast.yaml`, checked. */
export interface FileConfiguration {
  readonly store?: string;
  readonly repository?: string;
  readonly bucket?: string;
  readonly idPrefix?: string;
  readonly storageMode?: 'copy' | 'reference';
  readonly recoveryWindowMs?: number;
  readonly region?: string;
  readonly account?: string;
  readonly caller?: string;
  readonly callerOrgPath?: string;
}

interface KeyRule {
  /** The field that the value goes to. */
  readonly field: keyof FileConfiguration;
  readonly expected: string;
  /** The checked value; undefined when it is wrong. */
  readonly accept: (text: string) => string | number | undefined;
  /** Taken as written, whatever YAML makes of it: `012345678901` is no number. */
  readonly verbatim?: boolean;
}

const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

const RULES: Readonly<Record<string, KeyRule>> = {
  store: { field: 'store', expected: 'a store URL such as file:.holdfast', accept: matching(/^[a-z]+:./) },
  repository: {
    field: 'repository',
    expected: 'a repository name',
    accept: matching(/^[a-z0-9][a-z0-9._-]{0,31}$/),
  },
  bucket: {
    field: 'bucket',
    expected: 'a bucket name',
    accept: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  },
  idPrefix: {
    field: 'idPrefix',
    expected: 'the beginning of artifact IDs, such as payments/',
    accept: matching(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/),
  },
  storageMode: {
    field: 'storageMode',
    expected: 'copy or reference',
    accept: matching(/^(copy|reference)$/),
  },
  recoveryWindow: {
    field: 'recoveryWindowMs',
    expected: 'a duration such as 7d or 12h',
    accept: parseDuration,
  },
  region: {
    field: 'region',
    expected: 'a region such as eu-west-1',
    accept: matching(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  },
  account: {
    field: 'account',
    expected: 'the 12 digits of an account',
    accept: matching(/^[0-9]{12}$/),
    verbatim: true,
  },
  caller: {
    field: 'caller',
    expected: 'the ARN of a role, user or session, such as arn:aws:iam::123456789012:role/deployer',
    accept: matching(/^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:(role|user|assumed-role)\/[\w+=,.@/-]+$/),
  },
  callerOrgPath: {
    field: 'callerOrgPath',
    expected: "the caller's place in an organisation, such as o-abcdefghij/r-ab12/ou-ab12-cdefghij/",
    accept: matching(/^o-[a-z0-9]{10,32}\/([a-z0-9-]+\/)*$/),
  },
};

/**
 * Checks the text of a configuration file. Throws `invalid-input` naming file, line and key of the first thing that is wrong.
 *
 * @param file how messages name the file
 */
export function checkConfiguration(text: string, file: string): FileConfiguration {
  // Loaded only when there is a file to read.
  const yaml = require('yaml') as typeof import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors[0];
  if (syntax !== undefined) {
    throw new HoldfastError(
      'invalid-input',
      `${file}:${lineAt(lines, syntax.pos[0])}: not valid YAML: ${syntax.message}`,
    );
  }
  return readEntries(document, file, lines, yaml);
}

function readEntries(
  document: Document.Parsed,
  file: string,
  lines: LineCounter,
  yaml: { readonly isMap: typeof isMap; readonly isScalar: typeof isScalar },
): FileConfiguration {
  const root = document.contents;
  if (root === null || (yaml.isScalar(root) && root.value === null)) return {};
  if (!yaml.isMap(root)) {
    throw new HoldfastError(
      'invalid-input',
      `${file}:1: must hold keys and values, such as "store: file:.holdfast"`,
    );
  }
  const values: Record<string, string | number> = {};
  for (const { key, value } of root.items) {
    const place = `${file}:${lineAt(lines, (key as Node).range?.[0] ?? 0)}`;
    const name = yaml.isScalar(key) ? String(key.value) : 'a list or a map';
    const rule = ruleOf(name, place);
    const scalar = yaml.isScalar(value) ? value : undefined;
    const given = rule.verbatim === true ? scalar?.source : scalar?.value;
    const accepted = typeof given === 'string' ? rule.accept(given) : undefined;
    if (accepted === undefined) {
      const written = scalar === undefined ? 'a list or a map' : JSON.stringify(scalar.source);
      throw new HoldfastError(
        'invalid-input',
        `${place}: "${name}" must be ${rule.expected}, not ${written}`,
      );
    }
    values[rule.field] = accepted;
  }
  return values;
}

function ruleOf(name: string, place: string): KeyRule {
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (rule !== undefined) return rule;
  throw new HoldfastError('invalid-input', `${place}: unknown key "${name}"`, {
    hint: `The keys are ${Object.keys(RULES).join(', ')}.`,
  });
}

function lineAt(lines: LineCounter, offset: number): number {
  return lines.linePos(offset).line;
}
