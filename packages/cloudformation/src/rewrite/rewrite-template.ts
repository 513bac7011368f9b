import { HoldfastError } from '@holdfast/core';
import { sourceOfPlan } from '../plan/find-artifacts.js';
import type { ArtifactPlan, ArtifactUse } from '../plan/types.js';
import { resourcesOf } from '../plan/resources.js';
import { templateError } from '../problems.js';
import { asMap, lookup, textOf, type Node } from '../source/nodes.js';
import { readTemplate, type TemplateSource } from '../source/template-source.js';
import { checkEdited } from './check.js';
import { map, renderFlow, type Data } from './data.js';
import { Edits, applySplices } from './edits.js';
import { LocationMapping, MAPPING, type LocationOptions, type PlacedArtifact } from './locations.js';
import { placeEdits } from './place-edits.js';
import { STAMP, stampData, stampResource, tagResource, type Stamp } from './stamp.js';
import { sharedNodes, upsert } from './upsert.js';

export interface RewriteOptions {
  /** `reference`: functions and layers run straight from the bucket. `copy` when absent. */
  readonly storageMode?: 'copy' | 'reference';
  /** Whether resources get the tag `holdfast:artifact`; true when absent. */
  readonly tags?: boolean;
  /** Uses inside of nested templates, by slot, to be listed on this template too. */
  readonly nested?: ReadonlyMap<string, Stamp>;
}

/**
 * Writes locations and stamps into a template; every byte outside of the edited values is kept.
 *
 * Pure. `artifacts` holds one entry for each slot of the plan, and the plan must be of this very text. A template without
 * uses comes back as it is. Throws `invalid-input` for a plan with problems or without an artifact for a slot, and
 * `unsupported` when the text cannot be edited without changing what else it says.
 */
export function rewriteTemplate(
  text: string,
  plan: ArtifactPlan,
  artifacts: ReadonlyMap<string, PlacedArtifact>,
  options: RewriteOptions = {},
): string {
  return rewriteRead(text, plan, artifacts, options).text;
}

/** A template that was written, as text and as it reads. */
export interface Rewritten {
  readonly text: string;
  readonly source: TemplateSource;
}

/** {@link rewriteTemplate}, for whoever goes on with what the text says. */
export function rewriteRead(
  text: string,
  plan: ArtifactPlan,
  artifacts: ReadonlyMap<string, PlacedArtifact>,
  options: RewriteOptions = {},
): Rewritten {
  if (plan.problems.length > 0) throw templateError(plan.problems);
  const source = sourceOfPlan(plan, text) ?? readOrThrow(text, plan.file);
  if (plan.uses.length === 0) return { text, source };

  const edits = new Edits();
  const shared = sharedNodes(source);
  const mapping = writeLocations(source, edits, plan.uses, artifacts, {
    storageMode: options.storageMode ?? 'copy',
  });
  keepAliases(source, edits);
  writeStamps(source, edits, shared, plan.uses, artifacts, options);
  writeRoot(source, edits, shared, 'Mappings', mapping.rows.size === 0 ? undefined : mappingData(mapping));

  const edited = source.bom + applySplices(source.text, placeEdits(source, edits));
  return { text: edited, source: checkEdited(source, edits, edited) };
}

function readOrThrow(text: string, file: string): TemplateSource {
  const read = readTemplate(text, file);
  if ('problems' in read) throw templateError(read.problems);
  return read.source;
}

function writeLocations(
  source: TemplateSource,
  edits: Edits,
  uses: readonly ArtifactUse[],
  artifacts: ReadonlyMap<string, PlacedArtifact>,
  options: LocationOptions,
): LocationMapping {
  const existing = asMap(lookup(asMap(lookup(source.root, 'Mappings')), MAPPING));
  const mapping = new LocationMapping((row, attribute) =>
    textOf(lookup(asMap(lookup(existing, row)), attribute)),
  );
  for (const use of uses) {
    const node = source.values.get(use.offset);
    const artifact = artifacts.get(use.slot);
    if (node === undefined)
      throw new HoldfastError(
        'invalid-input',
        `the plan is not of this text: ${use.slot} is not in ${source.file}`,
      );
    if (artifact === undefined)
      throw new HoldfastError('invalid-input', `no artifact is given for ${use.slot}`);
    const value = mapping.value(use.shape, artifact, options);
    const before = edits.values.get(node);
    // Resources that share a value through an alias or a merge must agree on it.
    if (before !== undefined && !sameData(before as Data, value)) {
      throw new HoldfastError(
        'unsupported',
        `${source.file}:${use.line}:${use.column}: ${use.slot} shares its value with a property that wants another one`,
        {
          hint: 'Write the value out in both places instead of using a YAML alias.',
        },
      );
    }
    edits.set(node, value);
  }
  return mapping;
}

function sameData(a: Data, b: Data): boolean {
  return renderFlow(a, 'json') === renderFlow(b, 'json');
}

/** An alias of a replaced value that is no artifact itself gets the value's old text. */
function keepAliases(source: TemplateSource, edits: Edits): void {
  for (const alias of source.aliases) {
    const { target } = alias;
    if (target === undefined || edits.values.has(alias) || !edits.values.has(target)) continue;
    edits.values.set(alias, { kind: 'source', node: target });
  }
}

function writeStamps(
  source: TemplateSource,
  edits: Edits,
  shared: ReadonlySet<Node>,
  uses: readonly ArtifactUse[],
  artifacts: ReadonlyMap<string, PlacedArtifact>,
  options: RewriteOptions,
): void {
  const byResource = new Map<string, { use: ArtifactUse; stamp: Stamp }[]>();
  const all: [string, Data][] = [];
  for (const use of uses) {
    const stamp = artifacts.get(use.slot)!;
    byResource.set(use.logicalId, [...(byResource.get(use.logicalId) ?? []), { use, stamp }]);
    all.push([use.slot, stampData(stamp)]);
  }
  for (const [slot, stamp] of options.nested ?? []) all.push([slot, stampData(stamp)]);
  for (const { logicalId, node } of resourcesOf(source.root)) {
    const stamps = byResource.get(logicalId);
    if (stamps === undefined) continue;
    stampResource(edits, shared, node, stamps);
    if (options.tags ?? true) tagResource(edits, shared, node, stamps);
  }
  writeRoot(source, edits, shared, 'Metadata', map([STAMP, map(['Artifacts', map(...all)])]));
}

function mappingData(mapping: LocationMapping): Data {
  const rows = [...mapping.rows].map(([row, attributes]) => [row, map(...attributes)] as const);
  return map([MAPPING, map(...rows)]);
}

function writeRoot(
  source: TemplateSource,
  edits: Edits,
  shared: ReadonlySet<Node>,
  section: string,
  data: Data | undefined,
): void {
  if (data === undefined || upsert(edits, shared, source.root, section, data)) return;
  throw new HoldfastError(
    'unsupported',
    `${source.file}: ${section} is an alias, a shared anchor or a function and cannot be added to`,
    {
      hint: `Write ${section} as a map of its own.`,
    },
  );
}
