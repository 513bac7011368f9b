import { HoldfastError } from '@holdfast/core';
import type { Node } from '../source/nodes.js';
import { readTemplate, type TemplateSource } from '../source/template-source.js';
import { tagOf, type Data } from './data.js';
import { Edits } from './edits.js';

/**
 * Reads the edited text again and compares it with the edits applied to the tree. Throws when they differ: a splice can
 * then never produce a template that is broken or says something else. Returns the edited text as it was read.
 */
export function checkEdited(source: TemplateSource, edits: Edits, edited: string): TemplateSource {
  const refuse = (cause?: unknown): never => {
    throw new HoldfastError(
      'unsupported',
      `${source.file} is written in a way that cannot be edited without changing its meaning`,
      {
        hint: 'Write the edited properties as plain "Key: value" lines, and report the template.',
        cause,
      },
    );
  };
  const again = readTemplate(edited, source.file);
  if ('problems' in again) return refuse(again.problems);
  if (source.format === 'json' && again.source.format !== 'json') return refuse();
  if (describe(source.root, edits, source) !== describe(again.source.root, new Edits(), source))
    return refuse();
  return again.source;
}

/** A text that is equal for trees that mean the same, and only for those. The order of keys is left out. */
function describe(node: Node, edits: Edits, source: TemplateSource): string {
  const anchor = node.anchor === undefined ? '' : `&${node.anchor} `;
  const replaced = edits.values.get(node);
  if (replaced !== undefined) {
    if (typeof replaced === 'string' || replaced.kind !== 'source')
      return anchor + describeData(replaced, source.format);
    const copied = describe(replaced.node, new Edits(), source);
    return anchor + copied.replace(/^&\S+ /, '');
  }
  const head = anchor + (node.tag === undefined ? '' : `${node.tag} `);
  switch (node.kind) {
    case 'alias':
      return `*${node.name}`;
    case 'scalar':
      return head + JSON.stringify(node.text);
    case 'seq': {
      const added = (edits.items.get(node) ?? []).map((item) => describeData(item, source.format));
      return `${head}[${[...added, ...node.items.map((item) => describe(item, edits, source))].join()}]`;
    }
    case 'map': {
      const pairs = node.pairs.map(
        ({ key, value }) => `${describe(key, edits, source)}:${describe(value, edits, source)}`,
      );
      for (const [key, value] of edits.pairs.get(node) ?? []) {
        pairs.push(`${JSON.stringify(key)}:${describeData(value, source.format)}`);
      }
      return `${head}{${pairs.sort().join()}}`;
    }
  }
}

function describeData(data: Data, format: TemplateSource['format']): string {
  if (typeof data === 'string') return JSON.stringify(data);
  switch (data.kind) {
    case 'list':
      return `[${data.items.map((item) => describeData(item, format)).join()}]`;
    case 'map': {
      const pairs = data.pairs.map(([key, value]) => `${JSON.stringify(key)}:${describeData(value, format)}`);
      return `{${pairs.sort().join()}}`;
    }
    case 'function': {
      const argument = describeData(data.argument, format);
      return format === 'json'
        ? `{${JSON.stringify(data.name)}:${argument}}`
        : `${tagOf(data.name)} ${argument}`;
    }
  }
}
