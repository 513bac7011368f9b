import { HoldfastError } from '@holdfast/core';
import type { MapNode, Node, SeqNode } from '../source/nodes.js';
import type { TemplateSource } from '../source/template-source.js';
import { renderBlockPair, renderFlow, renderJsonPair, type Data } from './data.js';
import type { Edits, Splice } from './edits.js';

/** Turns edits of nodes into splices of the text. */
export function placeEdits(source: TemplateSource, edits: Edits): Splice[] {
  const splices: Splice[] = [];
  for (const [node, data] of edits.values) splices.push(valueSplice(source, node, data));
  for (const [map, pairs] of edits.pairs) {
    splices.push(map.flow ? flowPairs(source, map, pairs) : blockPairs(source, map, pairs));
  }
  for (const [seq, items] of edits.items) {
    splices.push(seq.flow ? flowItems(source, seq, items) : blockItems(source, seq, items));
  }
  return splices;
}

function valueSplice(
  source: TemplateSource,
  node: Node,
  data: Data | { readonly kind: 'source'; readonly node: Node },
): Splice {
  const rendered =
    typeof data !== 'string' && data.kind === 'source'
      ? sourceOf(source, data.node)
      : renderFlow(data, source.format);
  // An anchor stays where other places refer to it.
  const anchored = node.anchor === undefined ? rendered : `&${node.anchor} ${rendered}`;
  const unwritten = node.outer === node.end && node.kind === 'scalar';
  return { start: node.outer, end: node.end, text: unwritten ? ` ${anchored}` : anchored };
}

/** A node's own text with its tag, without its anchor. */
function sourceOf(source: TemplateSource, node: Node): string {
  const value = source.text.slice(node.start, node.end);
  return node.tag === undefined ? value : `${node.tag} ${value}`;
}

/**
 * New lines in a block map: at the end of the text for the root, after the line of a resource's Type, otherwise before
 * the map's first line. A comment above a key so stays above that key.
 */
function blockPairs(source: TemplateSource, map: MapNode, pairs: ReadonlyMap<string, Data>): Splice {
  const { text, eol } = source;
  const indent = map.pairs
    .map(({ key }) => ownLineIndent(text, key.outer))
    .find((found) => found !== undefined);
  if (indent === undefined) throw cannotEdit(source, map);
  const lines = [...pairs].map(([key, value]) => renderBlockPair(key, value, indent, eol)).join(eol) + eol;

  if (map === source.root && canAppend(source)) {
    const open = text !== '' && !text.endsWith('\n');
    return { start: text.length, end: text.length, text: open ? eol + lines : lines };
  }
  const type = map.pairs.find(
    ({ key, value }) => key.kind === 'scalar' && key.text === 'Type' && value.kind === 'scalar',
  );
  if (type !== undefined && ownLineIndent(text, type.key.outer) !== undefined) {
    const lineEnd = restOfLine(text, type.value.end);
    if (
      lineEnd !== undefined &&
      lineEnd > type.key.end &&
      !text.slice(type.key.outer, lineEnd).includes('\n')
    ) {
      const open = lineEnd === text.length;
      const at = open ? lineEnd : lineEnd + 1;
      return { start: at, end: at, text: open ? eol + lines.slice(0, -eol.length) : lines };
    }
  }
  const at = firstLineOf(source, map);
  return { start: at, end: at, text: lines };
}

/** True when lines at the end of the text become keys of the root. */
function canAppend(source: TemplateSource): boolean {
  const { text, root } = source;
  if (ownLineIndent(text, root.start) !== 0) return false;
  // A document end marker closes the root, and a block scalar at the very end would change with a line break more.
  return !/^\.\.\.(\s|$)/m.test(text.slice(root.end)) && (text.endsWith('\n') || !endsInBlockScalar(root));
}

function endsInBlockScalar(root: MapNode): boolean {
  let node: Node | undefined = root;
  for (;;) {
    if (node?.kind === 'map') node = node.pairs.at(-1)?.value;
    else if (node?.kind === 'seq') node = node.items.at(-1);
    else return node?.kind === 'scalar' && !node.plain;
  }
}

/** Where a block collection's first line begins: behind the line of its key, so that comments stay with what they are about. */
function firstLineOf(source: TemplateSource, node: MapNode | SeqNode): number {
  const { text } = source;
  const first = node.kind === 'map' ? node.pairs.map(({ key }) => key.outer) : [node.start];
  const at = first.find((offset) => ownLineIndent(text, offset) !== undefined);
  if (at === undefined) throw cannotEdit(source, node);
  let line = lineStart(text, at);
  if (at !== first[0] || node === source.root) return line;
  // Up over comments and empty lines to the line that opens the collection.
  while (line > 0) {
    const above = lineStart(text, line - 1);
    if (!/^[ \t]*(#.*)?\r?$/.test(text.slice(above, line - 1))) break;
    line = above;
  }
  return line;
}

function blockItems(source: TemplateSource, seq: SeqNode, items: readonly Data[]): Splice {
  const indent = ownLineIndent(source.text, seq.start);
  if (indent === undefined) throw cannotEdit(source, seq);
  const at = firstLineOf(source, seq);
  const lines = items.map((item) => `${' '.repeat(indent)}- ${renderFlow(item, 'yaml')}${source.eol}`);
  return { start: at, end: at, text: lines.join('') };
}

function flowPairs(source: TemplateSource, map: MapNode, pairs: ReadonlyMap<string, Data>): Splice {
  const { text, eol, format } = source;
  // Behind the resource's Type, or the template's first section. Never behind the last pair, whose line would change.
  const type = map.pairs.find(({ key }) => key.kind === 'scalar' && key.text === 'Type');
  const [first] = map.pairs;
  const wanted = map === source.root ? first : type;
  const after = wanted === map.pairs.at(-1) ? undefined : wanted;
  const model = after ?? wanted ?? first;
  const indent = model === undefined ? undefined : ownLineWhite(text, model.key.outer);
  const step = indentStep(source);
  const rendered = [...pairs].map(([key, value]) =>
    format === 'json' && indent !== undefined
      ? renderJsonPair(key, value, indent, step, eol)
      : `${renderFlow(key, format)}: ${renderFlow(value, format)}`,
  );
  const separator = indent === undefined ? ', ' : `,${eol}${indent}`;
  const all = rendered.join(separator);
  if (model === undefined) {
    const at = map.start + 1;
    return { start: at, end: at, text: all };
  }
  if (after !== undefined) {
    const at = Math.max(after.key.end, after.value.end);
    return { start: at, end: at, text: separator + all };
  }
  return { start: model.key.outer, end: model.key.outer, text: all + separator };
}

/** What one level of JSON is indented by: as much as the template's first section. */
function indentStep({ text, root }: TemplateSource): string {
  const [first] = root.pairs;
  const white = first === undefined ? undefined : ownLineWhite(text, first.key.outer);
  return white === undefined || white === '' ? '  ' : white;
}

function flowItems(source: TemplateSource, seq: SeqNode, items: readonly Data[]): Splice {
  const all = items.map((item) => renderFlow(item, source.format)).join(', ');
  const first = seq.items[0];
  if (first === undefined) return { start: seq.start + 1, end: seq.start + 1, text: all };
  const indent = ownLineWhite(source.text, first.outer);
  const separator = indent === undefined ? ', ' : `,${source.eol}${indent}`;
  return { start: first.outer, end: first.outer, text: all + separator };
}

function lineStart(text: string, offset: number): number {
  // A search from -1 would begin at 0, and find a line break there.
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** The white space before a token that begins its line; undefined when something else stands before it. */
function ownLineWhite(text: string, offset: number): string | undefined {
  const start = lineStart(text, offset);
  const white = text.slice(start, offset);
  return /^[ \t]*$/.test(white) && start > 0 ? white : undefined;
}

/** How many spaces stand before a token that begins its line; undefined when something else does. */
function ownLineIndent(text: string, offset: number): number | undefined {
  const white = text.slice(lineStart(text, offset), offset);
  return /^ *$/.test(white) ? white.length : undefined;
}

/** The end of the line when only white space and a comment follow; undefined otherwise. */
function restOfLine(text: string, offset: number): number | undefined {
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return /^[ \t]*([ \t]#.*)?\r?$/.test(text.slice(offset, end)) ? end : undefined;
}

function cannotEdit(source: TemplateSource, node: Node): HoldfastError {
  const { line, column } = source.place(node.start);
  return new HoldfastError(
    'unsupported',
    `${source.file}:${line}:${column}: this way of writing a map cannot be added to`,
    {
      hint: 'Write each key of the map on a line of its own.',
    },
  );
}
