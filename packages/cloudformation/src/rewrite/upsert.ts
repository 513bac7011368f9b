import { isNull, ownPair, type MapNode, type Node } from '../source/nodes.js';
import type { TemplateSource } from '../source/template-source.js';
import type { Data } from './data.js';
import type { Edits } from './edits.js';

/** Nodes that other places take part in by an alias: a change there would change those places too. */
export function sharedNodes(source: TemplateSource): ReadonlySet<Node> {
  return new Set(source.aliases.flatMap(({ target }) => (target === undefined ? [] : [target])));
}

/**
 * Sets a key of a map, going down where both the old and the new value are maps, and changing nothing that says so
 * already. Returns false, changing nothing, when the place is shared through an alias or is an intrinsic function.
 */
export function upsert(
  edits: Edits,
  shared: ReadonlySet<Node>,
  map: MapNode,
  key: string,
  data: Data,
): boolean {
  if (shared.has(map)) return false;
  const value = ownPair(map, key)?.value;
  if (value === undefined) {
    edits.addPair(map, key, data);
    return true;
  }
  if (value.kind === 'alias' || shared.has(value) || value.tag !== undefined) return false;
  if (typeof data !== 'string' && data.kind === 'map' && value.kind === 'map') {
    return data.pairs.map(([name, inner]) => upsert(edits, shared, value, name, inner)).every(Boolean);
  }
  const same = typeof data === 'string' && value.kind === 'scalar' && !isNull(value) && value.text === data;
  if (!same) edits.set(value, data);
  return true;
}
