import {
  COLLECTION_STYLE,
  EVENT_ID,
  SCALAR_STYLE,
  getScalarValue,
  type Event,
  type ScalarEvent,
} from 'js-yaml';
import type { AliasNode, MapNode, Node, Pair, ScalarNode, SeqNode } from './nodes.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Open = { node: Writable<MapNode> | Writable<SeqNode>; children: Node[] };
type Properties = { anchorStart: number; anchorEnd: number; tagStart: number; tagEnd: number };

/**
 * Builds the nodes of a text from js-yaml's events. Returns the root of each document.
 *
 * The events say where scalars and collections begin but neither where a collection ends nor where a block scalar's
 * indicator stands; both are found in the text between neighbours. Linear in the text, without recursion.
 */
export function buildNodes(text: string, events: readonly Event[]): (Node | undefined)[] {
  const roots: (Node | undefined)[] = [];
  const open: Open[] = [];
  const anchors = new Map<string, Node>();
  // The end of the last token seen: what comes next is searched from here.
  let cursor = 0;
  let inDocument = false;

  const add = (node: Node): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const parent = open.at(-1);
    if (parent === undefined) roots[roots.length - 1] = node;
    else parent.children.push(node);
  };

  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        roots.push(undefined);
        anchors.clear();
        inDocument = true;
        break;
      case EVENT_ID.SCALAR: {
        const node = scalarNode(text, event, cursor);
        cursor = Math.max(cursor, node.end);
        add(node);
        break;
      }
      case EVENT_ID.ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const target = anchors.get(name);
        const place = { outer: event.anchorStart - 1, start: event.anchorStart - 1, end: event.anchorEnd };
        const node: AliasNode = {
          kind: 'alias',
          ...place,
          name,
          ...(target === undefined ? {} : { target }),
        };
        cursor = node.end;
        add(node);
        break;
      }
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const flow = event.style === COLLECTION_STYLE.FLOW;
        const place = { ...properties(text, event, event.start), start: event.start, end: event.start };
        const children: Node[] = [];
        const node: Writable<MapNode> | Writable<SeqNode> =
          event.type === EVENT_ID.MAPPING
            ? { kind: 'map', ...place, flow, pairs: [] }
            : { kind: 'seq', ...place, flow, items: children };
        add(node);
        open.push({ node, children });
        cursor = Math.max(cursor, flow ? event.start + 1 : event.start);
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed === undefined) {
          inDocument = false;
          break;
        }
        const { node, children } = closed;
        if (node.kind === 'map') node.pairs = pairsOf(children);
        // A pair alone in a flow list (`[a: b]`) is a flow map without braces.
        const braced = node.flow && (text[node.start] === '{' || text[node.start] === '[');
        node.end = braced ? closingBrace(text, cursor) : Math.max(cursor, node.start);
        cursor = node.end;
        break;
      }
    }
  }
  return inDocument && roots.length === 0 ? [undefined] : roots;
}

function pairsOf(children: readonly Node[]): Pair[] {
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < children.length; index += 2) {
    pairs.push({ key: children[index]!, value: children[index + 1]! });
  }
  return pairs;
}

function properties(
  text: string,
  event: Properties,
  start: number,
): { outer: number; tag?: string; anchor?: string } {
  const outer = Math.min(
    start,
    event.anchorStart < 0 ? start : event.anchorStart - 1,
    event.tagStart < 0 ? start : event.tagStart,
  );
  return {
    outer,
    ...(event.tagStart < 0 ? {} : { tag: text.slice(event.tagStart, event.tagEnd) }),
    ...(event.anchorStart < 0 ? {} : { anchor: text.slice(event.anchorStart, event.anchorEnd) }),
  };
}

function scalarNode(text: string, event: ScalarEvent, cursor: number): ScalarNode {
  const propertiesEnd = Math.max(event.tagEnd, event.anchorEnd);
  const value = getScalarValue(text, event);
  const plain = event.style === SCALAR_STYLE.PLAIN;
  let start = event.valueStart;
  let end = event.valueEnd;
  if (start < 0) {
    start = end = propertiesEnd >= 0 ? propertiesEnd : afterIndicator(text, cursor);
  } else if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) {
    start -= 1;
    end += 1;
  } else if (!plain) {
    start = skipBlank(text, Math.max(cursor, propertiesEnd), ':-?,');
    // The line breaks that end a block scalar are left to the line after it.
    while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  }
  return { kind: 'scalar', ...properties(text, event, start), start, end, text: value, plain };
}

/** Just behind the `:` or `-` of a value that is not written. */
function afterIndicator(text: string, from: number): number {
  const at = skipBlank(text, from, '');
  return text[at] === ':' || text[at] === '-' || text[at] === '?' ? at + 1 : from;
}

/** Behind the bracket that closes a flow collection, after its last child. */
function closingBrace(text: string, from: number): number {
  return Math.min(skipBlank(text, from, ',:') + 1, text.length);
}

/** Skips white space, comments and the given characters. */
export function skipBlank(text: string, from: number, others: string): number {
  let at = from;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '#') {
      const newline = text.indexOf('\n', at);
      at = newline < 0 ? text.length : newline;
    } else if (char === ' ' || char === '\t' || char === '\n' || char === '\r' || others.includes(char))
      at += 1;
    else break;
  }
  return at;
}
