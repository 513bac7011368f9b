import { HoldfastError } from '@holdfast/core';
import type { MapNode, Node, SeqNode } from '../source/nodes.js';
import type { Data } from './data.js';

/** A replacement of a range of the text. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is to be changed, by node; the form that it takes in the text is decided later. */
export class Edits {
  /** New values for nodes. A text is source to be copied as it is. */
  readonly values = new Map<Node, Data | { readonly kind: 'source'; readonly node: Node }>();
  /** New pairs for maps that exist. */
  readonly pairs = new Map<MapNode, Map<string, Data>>();
  /** New items for lists that exist, put before the others. */
  readonly items = new Map<SeqNode, Data[]>();

  set(node: Node, data: Data): void {
    this.values.set(node, data);
  }

  addPair(map: MapNode, key: string, value: Data): void {
    const pairs = this.pairs.get(map) ?? new Map<string, Data>();
    const before = pairs.get(key);
    pairs.set(key, before === undefined ? value : mergeData(before, value));
    this.pairs.set(map, pairs);
  }

  addItem(seq: SeqNode, item: Data): void {
    this.items.set(seq, [...(this.items.get(seq) ?? []), item]);
  }

  get empty(): boolean {
    return this.values.size === 0 && this.pairs.size === 0 && this.items.size === 0;
  }
}

function mergeData(before: Data, value: Data): Data {
  if (typeof before === 'string' || typeof value === 'string') return value;
  if (before.kind !== 'map' || value.kind !== 'map') return value;
  const pairs = new Map(before.pairs);
  for (const [key, inner] of value.pairs) {
    const old = pairs.get(key);
    pairs.set(key, old === undefined ? inner : mergeData(old, inner));
  }
  return { kind: 'map', pairs: [...pairs] };
}

/** Applies splices that do not overlap; those at one place keep their order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = splices
    .map((splice, index) => ({ splice, index }))
    .sort((a, b) => a.splice.start - b.splice.start || a.splice.end - b.splice.end || a.index - b.index);
  const parts: string[] = [];
  let at = 0;
  for (const { splice } of ordered) {
    if (splice.start < at) {
      throw new HoldfastError(
        'unsupported',
        `two edits of the template overlap at character ${splice.start}`,
      );
    }
    parts.push(text.slice(at, splice.start), splice.text);
    at = splice.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
