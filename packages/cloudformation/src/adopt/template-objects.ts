import { asMap, asSeq, entries, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { readTemplate } from '../source/template-source.js';
import { resourcesOf } from '../plan/resources.js';
import { rowsOf } from '../table/rows-of.js';
import type { Shape } from '../table/shapes.js';
import { literalText } from './literal-text.js';
import type { ObjectName } from './objects.js';

/** An object that a resource is made from. */
export interface TemplateObject {
  /** `LogicalId.Property.Path`. */
  readonly slot: string;
  readonly resourceType: string;
  readonly object: ObjectName;
}

/**
 * Finds the S3 objects that a template names where an artifact may stand, as far as they are literal or put together from what
 * is known. Pure. None for a text that is no template.
 */
export function findTemplateObjects(text: string, known: ReadonlyMap<string, string>): TemplateObject[] {
  const read = readTemplate(text, 'template');
  if ('problems' in read) return [];
  const all = new Map([...defaultsOf(read.source.root), ...known]);
  const found: TemplateObject[] = [];
  for (const { logicalId, node } of resourcesOf(read.source.root)) {
    const resourceType = textOf(lookup(asMap(node), 'Type'));
    const properties = lookup(asMap(node), 'Properties');
    if (resourceType === undefined || properties === undefined) continue;
    for (const { path, shape } of rowsOf(resourceType)) {
      for (const hit of reach(properties, path)) {
        const object = objectIn(hit.node, shape, all);
        if (object !== undefined)
          found.push({ slot: [logicalId, ...hit.path].join('.'), resourceType, object });
      }
    }
  }
  return found;
}

function objectIn(node: Node, shape: Shape, known: ReadonlyMap<string, string>): ObjectName | undefined {
  if (shape.form !== 'object') return parseLocation(literalText(node, known));
  const map = asMap(node);
  const text = (name: string | undefined) =>
    name === undefined ? undefined : literalText(lookup(map, name), known);
  const bucket = shape.bucketArn ? text(shape.bucket)?.replace(/^arn:[^:]+:s3:::/, '') : text(shape.bucket);
  const key = text(shape.key);
  const version = text(shape.version);
  if (bucket === undefined || key === undefined) return undefined;
  return { bucket, key, ...(version === undefined ? {} : { version }) };
}

/** `s3://bucket/key`, and both forms of S3's own URLs. */
export function parseLocation(text: string | undefined): ObjectName | undefined {
  if (text === undefined) return undefined;
  const uri = /^(?:s3:\/\/|arn:[^:]+:s3:::)([a-z0-9.-]+)\/([^?]+)$/s.exec(text);
  const url =
    /^https:\/\/([a-z0-9.-]+?)\.s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?\/([^?]+)/s.exec(text) ??
    /^https:\/\/s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?\/([a-z0-9.-]+)\/([^?]+)/s.exec(text);
  const [, bucket, key] = uri ?? url ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  const version = /[?&]versionId=([^&]+)/.exec(text)?.[1];
  return { bucket, key: uri === null ? decoded(key) : key, ...(version === undefined ? {} : { version }) };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function defaultsOf(root: MapNode): Map<string, string> {
  const defaults = new Map<string, string>();
  for (const [name, parameter] of entries(asMap(lookup(root, 'Parameters')))) {
    const value = textOf(lookup(asMap(parameter), 'Default'));
    if (value !== undefined) defaults.set(name, value);
  }
  return defaults;
}

interface Hit {
  readonly node: Node;
  readonly path: readonly string[];
}

/** Every node at a path, `*` standing for any key of a map or any item of a list. */
function reach(node: Node, [name, ...rest]: readonly string[], way: readonly string[] = []): Hit[] {
  if (name === undefined) return [{ node, path: way }];
  const map = asMap(node);
  const items = asSeq(node)?.items ?? [];
  const next: (readonly [string, Node | undefined])[] =
    name !== '*'
      ? [[name, lookup(map, name)]]
      : map !== undefined
        ? [...entries(map)]
        : items.map((item, index) => [String(index), item] as const);
  return next.flatMap(([key, child]) => (child === undefined ? [] : reach(child, rest, [...way, key])));
}
