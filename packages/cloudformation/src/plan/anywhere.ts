import { argumentMap, intrinsicOf } from '../source/intrinsics.js';
import { asMap, asSeq, deref, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { INCLUDE_SHAPE } from '../table/artifact-table.js';
import type { Collector, Place, Wanted } from './collector.js';
import { readArtifact, readValue } from './read-value.js';

interface Step {
  readonly parent: Step | undefined;
  readonly key: string | number;
}

const LITERAL_SECTIONS = new Set(['Parameters', 'Mappings', 'Conditions', 'Rules']);
const INCLUDE: Wanted = { shape: INCLUDE_SHAPE, packing: 'file' };

/** Reads what may stand anywhere: `Fn::Artifact`, and the location of `AWS::Include`. Aliases are not followed. */
export function readAnywhere(root: MapNode, into: Collector): void {
  const queue: { node: Node; step: Step | undefined }[] = [{ node: root, step: undefined }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { node, step } = next;
    if (into.knows(node)) continue;
    if (node.kind === 'scalar' ? node.tag === '!Artifact' : node.kind !== 'alias') {
      const intrinsic = intrinsicOf(node);
      if (intrinsic?.name === 'Fn::Artifact') {
        readArtifact(node, intrinsic, placeOf(step), undefined, into);
        continue;
      }
      if (intrinsic?.name === 'Fn::Transform' && intrinsic.short)
        readInclude(argumentMap(intrinsic), step, into);
    }
    if (node.kind === 'seq') {
      for (let index = node.items.length - 1; index >= 0; index -= 1) {
        queue.push({ node: node.items[index]!, step: { parent: step, key: index } });
      }
    } else if (node.kind === 'map') {
      for (let index = node.pairs.length - 1; index >= 0; index -= 1) {
        const { key, value } = node.pairs[index]!;
        if (key.kind !== 'scalar') continue;
        const inner: Step = { parent: step, key: key.text };
        if (key.text === 'Fn::Transform' || (step === undefined && key.text === 'Transform')) {
          const transforms = asSeq(value)?.items ?? [value];
          transforms.forEach((transform, at) => {
            const where = transforms.length > 1 ? { parent: inner, key: at } : inner;
            readInclude(asMap(transform), where, into);
          });
        }
        queue.push({ node: value, step: inner });
      }
    }
  }
}

function readInclude(transform: MapNode | undefined, step: Step | undefined, into: Collector): void {
  if (textOf(lookup(transform, 'Name')) !== 'AWS::Include') return;
  const location = lookup(asMap(lookup(transform, 'Parameters')), 'Location');
  if (location === undefined || into.knows(location)) return;
  // A reference to a parameter and the like is CloudFormation's to resolve.
  if (deref(location).kind === 'map' && intrinsicOf(deref(location)) === undefined) return;
  const place = placeOf(step);
  readValue(location, { ...place, property: [...place.property, 'Location'] }, INCLUDE, into);
}

/** Turns the way from the root into a logical ID and a property. */
function placeOf(step: Step | undefined): Place {
  const path: (string | number)[] = [];
  for (let at = step; at !== undefined; at = at.parent) path.push(at.key);
  path.reverse();
  const section = String(path[0] ?? '');
  if (section !== 'Resources' || path.length < 2) {
    const literalOnly = LITERAL_SECTIONS.has(section);
    return { logicalId: section, property: path.slice(1), ...(literalOnly ? { literalOnly } : {}) };
  }
  let at = 1;
  const loops: string[] = [];
  while (String(path[at]).startsWith('Fn::ForEach::') && path.length > at + 2) {
    loops.push(String(path[at]).slice('Fn::ForEach::'.length));
    at += 2;
  }
  const logicalId = [...loops, String(path[at])].join('/');
  const property = path.slice(path[at + 1] === 'Properties' ? at + 2 : at + 1);
  return { logicalId, property };
}
