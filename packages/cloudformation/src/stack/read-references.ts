import { isHoldfastError, parseArn, quote } from '@holdfast/core';
import { resourcesOf } from '../plan/resources.js';
import { templateError, type Problem } from '../problems.js';
import { STAMP, type Stamp } from '../rewrite/stamp.js';
import { asMap, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { readTemplate, type TemplateSource } from '../source/template-source.js';

/** A use that a packaged template's stamps name. */
export interface TemplateReference extends Stamp {
  /** `LogicalId.Property.Path`; inside of nested templates with the nested stack's logical ID and `/` before it. */
  readonly slot: string;
}

/**
 * Reads the stamps of a packaged template, those of resources and those of the template; each use once.
 * Throws `invalid-input` with all problems when the text is no template or a stamp holds no version ARN.
 */
export function readReferences(text: string, options: { readonly file: string }): TemplateReference[] {
  const read = readTemplate(text, options.file);
  if ('problems' in read) throw templateError(read.problems);
  return referencesOf(read.source);
}

/** {@link readReferences}, of a template that was read already. */
export function referencesOf(source: TemplateSource): TemplateReference[] {
  const problems: Problem[] = [];
  const found = new Map<string, TemplateReference>();
  const add = (stamps: MapNode | undefined, prefix: string): void => {
    for (const { key, value } of stamps?.pairs ?? []) {
      if (key.kind !== 'scalar') continue;
      const reference = readStamp(source, `${prefix}${key.text}`, value, problems);
      if (reference !== undefined) found.set(`${reference.slot} ${reference.version}`, reference);
    }
  };
  add(asMap(lookup(stampOf(source.root), 'Artifacts')), '');
  for (const { logicalId, node } of resourcesOf(source.root)) add(stampOf(asMap(node)), `${logicalId}.`);
  if (problems.length > 0) throw templateError(problems);
  return [...found.values()];
}

function stampOf(map: MapNode | undefined): MapNode | undefined {
  return asMap(lookup(asMap(lookup(map, 'Metadata')), STAMP));
}

function readStamp(
  source: TemplateSource,
  slot: string,
  node: Node,
  problems: Problem[],
): TemplateReference | undefined {
  const stamp = asMap(node);
  const version = textOf(lookup(stamp, 'Version'));
  const bookmark = textOf(lookup(stamp, 'Bookmark'));
  const problem = (message: string): TemplateReference | undefined => {
    problems.push({
      file: source.file,
      ...source.place(node.start),
      message: `the stamp of ${slot} ${message}`,
    });
    return undefined;
  };
  if (version === undefined) return problem('names no Version');
  for (const [arn, type] of [[version, 'version'] as const, [bookmark, 'bookmark'] as const]) {
    if (arn === undefined) continue;
    try {
      if (parseArn(arn).type !== type)
        return problem(`holds ${quote(arn)}, which is not the ARN of a ${type}`);
    } catch (error) {
      if (!isHoldfastError(error)) throw error;
      return problem(`is not valid: ${error.message}`);
    }
  }
  return { slot, version, ...(bookmark === undefined ? {} : { bookmark }) };
}
