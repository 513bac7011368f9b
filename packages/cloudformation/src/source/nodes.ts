/** What every node of a template's text has. Offsets are indexes into the text; ends are exclusive. */
interface NodeBase {
  /** Where the node begins, its anchor and tag included. */
  readonly outer: number;
  /** Where the value itself begins. */
  readonly start: number;
  readonly end: number;
  readonly tag?: string;
  readonly anchor?: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly text: string;
  /** True without quotes and block indicators: only then can the value be null, a number or a boolean. */
  readonly plain: boolean;
}

export interface Pair {
  readonly key: Node;
  readonly value: Node;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly pairs: readonly Pair[];
}

export interface SeqNode extends NodeBase {
  readonly kind: 'seq';
  readonly flow: boolean;
  readonly items: readonly Node[];
}

export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
  /** The node with that anchor; absent when there is none. */
  readonly target?: Node;
}

/** A node of a template with its place in the text. YAML and JSON alike. */
export type Node = ScalarNode | MapNode | SeqNode | AliasNode;

/** The node that an alias stands for; the node itself otherwise. */
export function deref(node: Node): Node {
  return node.kind === 'alias' ? (node.target ?? node) : node;
}

/** True for a value that YAML reads as null, and for one that is not written at all. */
export function isNull(node: Node): boolean {
  return (
    node.kind === 'scalar' && node.plain && node.tag === undefined && /^(~|null|Null|NULL)?$/.test(node.text)
  );
}

/** The text of a scalar without a tag, aliases followed. */
export function textOf(node: Node | undefined): string | undefined {
  const target = node && deref(node);
  return target?.kind === 'scalar' && target.tag === undefined && !isNull(target) ? target.text : undefined;
}

/** The map that a node is, aliases followed; undefined for anything else and for a map with a tag. */
export function asMap(node: Node | undefined): MapNode | undefined {
  const target = node && deref(node);
  return target?.kind === 'map' && target.tag === undefined ? target : undefined;
}

/** The list that a node is, aliases followed; undefined for anything else and for a list with a tag. */
export function asSeq(node: Node | undefined): SeqNode | undefined {
  const target = node && deref(node);
  return target?.kind === 'seq' && target.tag === undefined ? target : undefined;
}

/** The map's own pair of that name; what comes by merge is not looked at. */
export function ownPair(map: MapNode, name: string): Pair | undefined {
  return map.pairs.find(({ key }) => key.kind === 'scalar' && key.text === name);
}

/** The value of that name, its own or merged in by `<<`. */
export function lookup(map: MapNode | undefined, name: string, depth = 0): Node | undefined {
  if (map === undefined || depth > 20) return undefined;
  const own = ownPair(map, name);
  if (own !== undefined) return own.value;
  const merge = ownPair(map, '<<')?.value;
  if (merge === undefined) return undefined;
  for (const source of asSeq(merge)?.items ?? [merge]) {
    const found = lookup(asMap(source), name, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every name of a map with its value, merged ones included, own ones first. */
export function entries(map: MapNode | undefined, depth = 0): Map<string, Node> {
  const found = new Map<string, Node>();
  if (map === undefined || depth > 20) return found;
  for (const { key, value } of map.pairs) {
    if (key.kind === 'scalar' && key.text !== '<<') found.set(key.text, value);
  }
  const merge = ownPair(map, '<<')?.value;
  for (const source of merge === undefined ? [] : (asSeq(merge)?.items ?? [merge])) {
    for (const [name, value] of entries(asMap(source), depth + 1))
      if (!found.has(name)) found.set(name, value);
  }
  return found;
}
