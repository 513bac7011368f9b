import { HoldfastError } from '@holdfast/core';
import { intrinsicOf } from './intrinsics.js';
import { deref, entries, isNull, type Node } from './nodes.js';

/** A template's value with intrinsic functions in their long form, and aliases and merges followed. Every scalar is text. */
export type PlainData = string | null | readonly PlainData[] | { readonly [key: string]: PlainData };

/** Aliases can make a short text stand for endless data; real templates stay far below. */
const MAX_VALUES = 1_000_000;
/** Deeper than any text is read; only an alias of what it stands in gets there. */
const MAX_DEPTH = 200;

/** Reads a node as data; `file` is for messages. Throws `invalid-input` when its aliases stand for more than a million values, or for themselves. */
export function toData(root: Node, file: string): PlainData {
  let values = 0;
  let depth = 0;
  const convert = (written: Node): PlainData => {
    values += 1;
    depth += 1;
    if (values > MAX_VALUES || depth > MAX_DEPTH) {
      throw new HoldfastError('invalid-input', `${file}: the aliases stand for too many values`);
    }
    const node = deref(written);
    const intrinsic = intrinsicOf(node);
    const data =
      intrinsic?.short === true ? { [intrinsic.name]: argument(intrinsic.name, node) } : plain(node);
    depth -= 1;
    return data;
  };
  const plain = (node: Node): PlainData => {
    if (node.kind === 'seq') return node.items.map(convert);
    if (node.kind === 'map') {
      return Object.fromEntries([...entries(node)].map(([key, value]) => [key, convert(value)]));
    }
    return node.kind === 'alias' || isNull(node) ? null : node.text;
  };
  const argument = (name: string, node: Node): PlainData => {
    if (name !== 'Fn::GetAtt' || node.kind !== 'scalar') return plain(node);
    const [, resource = node.text, attribute = ''] = /^([^.]*)\.(.*)$/s.exec(node.text) ?? [];
    return attribute === '' ? [resource] : [resource, attribute];
  };
  return convert(root);
}
