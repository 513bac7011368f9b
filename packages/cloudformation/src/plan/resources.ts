import { intrinsicOf } from '../source/intrinsics.js';
import { asMap, asSeq, deref, entries, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { SECTION_TABLE, type ArtifactRow } from '../table/artifact-table.js';
import { rowsOf } from '../table/rows-of.js';
import type { Collector, Place } from './collector.js';
import { readValue } from './read-value.js';

const FOR_EACH = 'Fn::ForEach::';

/** A resource, with the loops that it stands in. */
interface Resource {
  readonly logicalId: string;
  readonly loopVariables: readonly string[];
  readonly key: Node;
  readonly node: Node;
}

/** Reads the artifact properties of all resources and sections that the tables name. */
export function readTables(root: MapNode, into: Collector): void {
  const globals = asMap(lookup(asMap(lookup(root, 'Globals')), 'Function'));
  for (const resource of resourcesOf(root)) readResource(resource, globals, into);
  for (const row of SECTION_TABLE) {
    const [section = '', ...property] = row.path;
    const parent = asMap(lookup(root, section));
    if (parent === undefined) continue;
    for (const { node, path } of reach(parent, property)) {
      readValue(node, { logicalId: section, property: path }, row, into);
    }
  }
}

/** Every resource, those inside of `Fn::ForEach` with the loop's name before their own. */
export function resourcesOf(root: MapNode): Resource[] {
  const found: Resource[] = [];
  const visit = (
    map: MapNode | undefined,
    prefix: string,
    loopVariables: readonly string[],
    depth: number,
  ): void => {
    for (const { key, value } of map?.pairs ?? []) {
      if (key.kind !== 'scalar') continue;
      if (!key.text.startsWith(FOR_EACH)) {
        found.push({ logicalId: `${prefix}${key.text}`, loopVariables, key, node: value });
        continue;
      }
      const [variable, , body] = asSeq(value)?.items ?? [];
      const name = textOf(variable);
      if (depth < 10) {
        const inner = name === undefined ? loopVariables : [...loopVariables, name];
        visit(asMap(body), `${prefix}${key.text.slice(FOR_EACH.length)}/`, inner, depth + 1);
      }
    }
  };
  visit(asMap(lookup(root, 'Resources')), '', [], 0);
  return found;
}

function readResource(resource: Resource, globals: MapNode | undefined, into: Collector): void {
  const { logicalId, loopVariables } = resource;
  const map = asMap(resource.node);
  if (map === undefined) {
    if (intrinsicOf(deref(resource.node)) === undefined && logicalId !== 'Fn::Transform') {
      into.problem(resource.key, { logicalId }, 'a resource must be a map with a Type');
    }
    return;
  }
  const resourceType = textOf(lookup(map, 'Type'));
  if (resourceType === undefined) return;
  const properties = lookup(map, 'Properties');
  const propertyMap = asMap(properties);
  for (const row of rowsOf(resourceType)) {
    const place = { logicalId, resourceType, loopVariables };
    const hits = (propertyMap === undefined ? [] : reach(propertyMap, row.path)).filter(({ parent }) =>
      appliesIn(parent, row),
    );
    for (const { node, path } of hits) readValue(node, { ...place, property: path }, row, into);
    if (hits.length === 0 && row.required && !isExcused(row, properties, globals)) {
      const missing: Place = { ...place, property: row.path };
      into.problem(
        resource.key,
        missing,
        `the property is missing; a local path or a Holdfast ARN is wanted`,
        `Name what to package; write "${row.path.at(-1)}: ." for the folder of the template.`,
      );
    }
  }
}

/** True when the property is rightly absent, or when what the properties are is known to CloudFormation only. */
function isExcused(row: ArtifactRow, properties: Node | undefined, globals: MapNode | undefined): boolean {
  const map = asMap(properties);
  if (properties !== undefined && intrinsicOf(deref(properties)) !== undefined) return true;
  if (lookup(map, 'Fn::Transform') !== undefined) return true;
  // A path of several steps, one of which is no map, such as `Command: !Ref Command`.
  const parent = row.path.length > 1 ? lookup(map, row.path[0] ?? '') : undefined;
  if (parent !== undefined && intrinsicOf(deref(parent)) !== undefined) return true;
  if (row.type !== 'AWS::Serverless::Function') return textOf(lookup(map, 'PackageType')) === 'Image';
  const image = textOf(lookup(map, 'PackageType') ?? lookup(globals, 'PackageType')) === 'Image';
  const elsewhere = ['InlineCode', 'ImageUri'].some((name) => lookup(map, name) !== undefined);
  return image || elsewhere || lookup(globals, 'CodeUri') !== undefined;
}

function appliesIn(parent: MapNode, { when }: ArtifactRow): boolean {
  return when === undefined || textOf(lookup(parent, when.key)) === when.equals;
}

interface Hit {
  readonly node: Node;
  readonly path: readonly string[];
  /** The nearest map around the node. */
  readonly parent: MapNode;
}

/** Every node at a path, `*` standing for any key of a map or any item of a list. */
function reach(from: MapNode, path: readonly string[]): Hit[] {
  const visit = (node: Node, at: number, way: readonly string[], parent: MapNode): Hit[] => {
    if (at === path.length) return [{ node, path: way, parent }];
    const name = path[at] ?? '';
    const map = asMap(node);
    if (map !== undefined) {
      const next = name === '*' ? [...entries(map)] : [[name, lookup(map, name)] as const];
      return next.flatMap(([key, child]) =>
        child === undefined ? [] : visit(child, at + 1, [...way, key], map),
      );
    }
    const items = name === '*' ? (asSeq(node)?.items ?? []) : [];
    return items.flatMap((item, index) => visit(item, at + 1, [...way, String(index)], parent));
  };
  return visit(from, 0, [], from);
}
