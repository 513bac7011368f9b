import { asMap, lookup } from '../source/nodes.js';
import { readTemplate, type TemplateSource } from '../source/template-source.js';
import { readAnywhere } from './anywhere.js';
import { Collector } from './collector.js';
import { readTables } from './resources.js';
import type { ArtifactPlan } from './types.js';

/**
 * Finds every place of a template that uses an artifact: local paths and Holdfast ARNs.
 *
 * Pure, and never throws for a bad template: `problems` holds all that is wrong with it, in the order of the text.
 * `file` is only used to say where a problem is.
 */
export function findArtifacts(text: string, options: { readonly file: string }): ArtifactPlan {
  const read = readTemplate(text, options.file);
  if ('problems' in read) return { file: options.file, uses: [], problems: read.problems };
  return planOf(read.source);
}

/** What plans were made of: to read a large template takes as long as all that is done with it. */
const sources = new WeakMap<ArtifactPlan, TemplateSource>();

/** The template that a plan was made of, read already; undefined for a plan that came by another way, or of another text. */
export function sourceOfPlan(plan: ArtifactPlan, text: string): TemplateSource | undefined {
  const source = sources.get(plan);
  return source !== undefined && source.bom + source.text === text ? source : undefined;
}

/** The plan of a template that was read already. */
export function planOf(source: TemplateSource): ArtifactPlan {
  const collector = new Collector(source);
  if (asMap(lookup(source.root, 'Resources')) === undefined) {
    collector.problem(
      source.root,
      {},
      'not a template: it has no Resources',
      'A template has a Resources section that maps logical IDs to resources.',
    );
  } else {
    readTables(source.root, collector);
    readAnywhere(source.root, collector);
  }
  const byPlace = (a: { line: number; column: number }, b: { line: number; column: number }): number =>
    a.line - b.line || a.column - b.column;
  const plan = {
    file: source.file,
    uses: collector.uses.toSorted(byPlace),
    problems: collector.problems.toSorted(byPlace),
  };
  sources.set(plan, source);
  return plan;
}
