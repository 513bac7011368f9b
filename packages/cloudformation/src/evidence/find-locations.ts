import type { Digest } from '@holdfast/core';
import { argumentList, intrinsicOf, type Intrinsic } from '../source/intrinsics.js';
import { asMap, deref, entries, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { readTemplate } from '../source/template-source.js';

/** A content that a text names by its place in a bucket, or by its digest. */
export interface FoundLocation {
  /** `LogicalId.Property.Path`; outside of resources `Section.Path`. */
  readonly slot: string;
  readonly digest: Digest;
  /** Where the text says so; a location may come with its first part from elsewhere. */
  readonly repository?: string;
}

// Keys are `<repository>/sha256/ab/<64 digits>`, the first two of which are repeated. The front may come from a variable.
const KEY = /(?:([a-z0-9][a-z0-9._-]*)\/sha256\/)?(?<![0-9a-f])([0-9a-f]{2})\/(\2[0-9a-f]{62})(?![0-9a-f])/gi;
const DIGEST = /(?:content\/([a-z0-9][a-z0-9._-]*)\/)?sha256:([0-9a-f]{64})(?![0-9a-f])/gi;

/** Stands where a value is not known, so that what is around it does not grow together. */
const UNKNOWN = '\ufffc';
/** How deep functions in functions are followed. */
const MAX_DEPTH = 20;

/**
 * Finds every content that a template, or a JSON text of parameters, names by its location or digest: as literal text in any
 * quoting, URL or escape, and put together by `Fn::Join` and `Fn::Sub` from what is known. Finds rather too much than too little.
 */
export function findLocations(
  text: string,
  parameters: ReadonlyMap<string, string> = new Map(),
): FoundLocation[] {
  const read = readTemplate(text, 'template');
  const found = new Map<string, FoundLocation>();
  const add = (slot: string, value: string): void => {
    for (const location of locationsIn(value)) {
      found.set(JSON.stringify([slot, location]), { slot, ...location });
    }
  };
  if ('problems' in read) {
    add('Template', text);
    return [...found.values()];
  }
  const known = new Map([...defaultsOf(read.source.root), ...parameters]);
  const visit = (node: Node, path: readonly string[]): void => {
    // What an alias stands for is visited where it is written.
    const intrinsic = intrinsicOf(node);
    if (node.kind === 'scalar') add(slotOf(path), node.text);
    if (intrinsic !== undefined) add(slotOf(path), evaluate(node, known));
    if (node.kind === 'seq') node.items.forEach((item, index) => visit(item, [...path, String(index)]));
    if (node.kind !== 'map') return;
    for (const { key, value } of node.pairs) {
      const name = key.kind === 'scalar' ? key.text : '';
      add(slotOf([...path, name]), name);
      visit(value, intrinsic === undefined && name !== '<<' ? [...path, name] : path);
    }
  };
  visit(read.source.root, []);
  return [...found.values()];
}

/** `Resources.F.Properties.Code` is the slot `F.Code`; what is no property keeps its section's name. */
function slotOf(path: readonly string[]): string {
  const [section, logicalId, group, ...rest] = path;
  if (section !== 'Resources' || logicalId === undefined) return path.join('.') || 'Template';
  if (group === undefined) return logicalId;
  return [logicalId, ...(group === 'Properties' ? rest : [group, ...rest])].join('.');
}

function defaultsOf(root: MapNode): Map<string, string> {
  const defaults = new Map<string, string>();
  for (const [name, parameter] of entries(asMap(lookup(root, 'Parameters')))) {
    const value = textOf(lookup(asMap(parameter), 'Default'));
    if (value !== undefined) defaults.set(name, value);
  }
  return defaults;
}

/** The text that a value becomes, as far as it is known. */
function evaluate(node: Node, known: ReadonlyMap<string, string>, depth = 0): string {
  const target = deref(node);
  const intrinsic = intrinsicOf(target);
  if (intrinsic === undefined) return target.kind === 'scalar' ? target.text : UNKNOWN;
  // Aliases of functions in aliases of functions could multiply without end.
  if (node.kind === 'alias' || depth > MAX_DEPTH) return UNKNOWN;
  const inner = (value: Node): string => evaluate(value, known, depth + 1);
  switch (intrinsic.name) {
    case 'Ref':
      return known.get(textWithin(intrinsic) ?? '') ?? UNKNOWN;
    case 'Fn::Join': {
      const [delimiter, values] = argumentList(intrinsic)?.items ?? [];
      const list = values === undefined ? undefined : deref(values);
      if (delimiter === undefined || list?.kind !== 'seq') return UNKNOWN;
      return list.items.map(inner).join(textOf(delimiter) ?? UNKNOWN);
    }
    case 'Fn::Sub': {
      const [text, variables] = argumentList(intrinsic)?.items ?? [];
      const values = entries(asMap(variables));
      const template = textWithin(intrinsic) ?? textOf(text) ?? UNKNOWN;
      return template.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
        const value = values.get(name.trim());
        return value === undefined ? (known.get(name.trim()) ?? UNKNOWN) : inner(value);
      });
    }
    default:
      return UNKNOWN;
  }
}

/** The argument of `!Ref X` and of `Ref: X`. */
function textWithin({ argument, short }: Intrinsic): string | undefined {
  const target = deref(argument);
  if (short) return target.kind === 'scalar' ? target.text : undefined;
  return textOf(target);
}

function locationsIn(text: string): Pick<FoundLocation, 'digest' | 'repository'>[] {
  const plain = unescaped(text);
  return [
    ...[...plain.matchAll(KEY)].map(([, repository, , hex]) => locationOf(hex, repository)),
    ...[...plain.matchAll(DIGEST)].map(([, repository, hex]) => locationOf(hex, repository)),
  ];
}

function locationOf(hex = '', repository?: string): Pick<FoundLocation, 'digest' | 'repository'> {
  const digest: Digest = `sha256:${hex.toLowerCase()}`;
  return repository === undefined ? { digest } : { digest, repository };
}

/** Slashes and colons as they are, however often they were encoded for a URL or a JSON text. */
function unescaped(text: string): string {
  return text
    .replace(/%(25)*2f/gi, '/')
    .replace(/%(25)*3a/gi, ':')
    .replace(/\\+u002f/gi, '/')
    .replace(/\\+\//g, '/');
}
