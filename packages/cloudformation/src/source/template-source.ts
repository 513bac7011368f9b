import { quote } from '@holdfast/core';
import { YAMLException, parseEvents, type Event } from 'js-yaml';
import type { Problem } from '../problems.js';
import { buildNodes } from './build-nodes.js';
import { asMap, type MapNode, type Node } from './nodes.js';

/** The longest template that is read, in characters. CloudFormation itself takes 1 MB. */
export const MAX_TEMPLATE_LENGTH = 8 * 1024 * 1024;
/** The deepest nesting that is read. CloudFormation documents no limit; real templates stay below 30. */
const MAX_DEPTH = 100;

/** A template's text, read once, with what is needed to edit it in place. */
export interface TemplateSource {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly bom: string;
  readonly format: 'yaml' | 'json';
  /** The line break that the text uses: that of its first line. */
  readonly eol: '\n' | '\r\n';
  readonly root: MapNode;
  /** Every node that stands as a value, by its `outer` offset. */
  readonly values: ReadonlyMap<number, Node>;
  readonly aliases: readonly Extract<Node, { kind: 'alias' }>[];
  /** Line and column, from 1, of an offset. */
  place(offset: number): { line: number; column: number };
}

export type ReadResult = { readonly source: TemplateSource } | { readonly problems: readonly Problem[] };

/** Reads YAML or JSON. Answers with all problems of its form, or with the source; never throws for a bad text. */
export function readTemplate(fullText: string, file: string): ReadResult {
  const bom = fullText.startsWith('\ufeff') ? '\ufeff' : '';
  const text = fullText.slice(bom.length);
  const place = lineIndex(text);
  const at = (offset: number, message: string, hint?: string): Problem => ({
    file,
    ...place(offset),
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (text.length > MAX_TEMPLATE_LENGTH) {
    return {
      problems: [
        at(0, `the template has ${text.length} characters, at most ${MAX_TEMPLATE_LENGTH} are read`),
      ],
    };
  }
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { problems: [at(error.mark?.position ?? 0, `not valid YAML: ${error.reason}`)] };
  }
  const roots = buildNodes(text, events);
  if (roots.length > 1) {
    return {
      problems: [
        at(text.lastIndexOf('\n---') + 1, 'the file holds several YAML documents; a template is one'),
      ],
    };
  }
  const root = asMap(roots[0]);
  if (root === undefined) {
    return {
      problems: [
        at(0, 'not a template: it is no map of sections', 'A template has at least a Resources section.'),
      ],
    };
  }
  const { problems, values, aliases } = survey(root, at, place);
  if (problems.length > 0) return { problems };
  const format = isJson(text) ? 'json' : 'yaml';
  const eol = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
  return { source: { file, text, bom, format, eol, root, values, aliases, place } };
}

/** Looks at every node once: keys that stand twice, tags on keys, aliases of nothing. */
function survey(
  root: MapNode,
  at: (offset: number, message: string, hint?: string) => Problem,
  place: TemplateSource['place'],
): Pick<TemplateSource, 'values' | 'aliases'> & { problems: Problem[] } {
  const problems: Problem[] = [];
  const values = new Map<number, Node>();
  const aliases: Extract<Node, { kind: 'alias' }>[] = [];
  const queue: Node[] = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node.kind === 'alias') {
      aliases.push(node);
      if (node.target === undefined)
        problems.push(at(node.outer, `the alias *${node.name} has no anchor before it`));
    } else if (node.kind === 'seq') {
      for (const item of node.items) {
        values.set(item.outer, item);
        queue.push(item);
      }
    } else if (node.kind === 'map') {
      const seen = new Map<string, number>();
      for (const { key, value } of node.pairs) {
        values.set(value.outer, value);
        queue.push(value);
        if (key.kind === 'alias') aliases.push(key);
        else if (key.kind !== 'scalar')
          problems.push(at(key.outer, 'a key must be text, not a map or a list'));
        else if (key.tag !== undefined) {
          problems.push(
            at(key.outer, `the tag ${key.tag} stands on a key`, 'Tags such as !Sub belong to values.'),
          );
        } else if (seen.has(key.text)) {
          const first = place(seen.get(key.text) ?? 0).line;
          problems.push(at(key.outer, `the key ${quote(key.text)} stands twice, first on line ${first}`));
        } else seen.set(key.text, key.outer);
      }
    }
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { problems, values, aliases };
}

function isJson(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function lineIndex(text: string): TemplateSource['place'] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
