import { intrinsicOf } from '../source/intrinsics.js';
import { ownPair, lookup, textOf, type MapNode, type Node } from '../source/nodes.js';
import { ARTIFACT_TAG, TAG_TABLE } from '../table/tag-table.js';
import type { ArtifactUse } from '../plan/types.js';
import { list, map, type Data } from './data.js';
import type { Edits } from './edits.js';
import { upsert } from './upsert.js';

/** The key below `Metadata`, on resources and on the template. */
export const STAMP = 'Holdfast';

/** What a stamp says of one use: ARNs. */
export interface Stamp {
  readonly version: string;
  readonly bookmark?: string;
}

export function stampData({ version, bookmark }: Stamp): Data {
  return map(['Version', version], ...(bookmark === undefined ? [] : [['Bookmark', bookmark] as const]));
}

/** Writes the stamps of one resource. A resource that others share through an alias is stamped on the template only. */
export function stampResource(
  edits: Edits,
  shared: ReadonlySet<Node>,
  resource: Node,
  uses: readonly { use: ArtifactUse; stamp: Stamp }[],
): void {
  if (resource.kind !== 'map') return;
  const stamps = uses.map(({ use, stamp }) => [use.property, stampData(stamp)] as const);
  upsert(edits, shared, resource, 'Metadata', map([STAMP, map(...stamps)]));
}

/** Tags a resource with the version that it is about, where its type takes tags and there is exactly one such version. */
export function tagResource(
  edits: Edits,
  shared: ReadonlySet<Node>,
  resource: Node,
  uses: readonly { use: ArtifactUse; stamp: Stamp }[],
): void {
  const [about, another] = uses.filter(({ use }) => use.main);
  if (about === undefined || another !== undefined || about.use.property.includes('Fn::If')) return;
  const form = TAG_TABLE[about.use.resourceType ?? ''];
  const properties = resource.kind === 'map' ? ownPair(resource, 'Properties')?.value : undefined;
  if (form === undefined || properties?.kind !== 'map' || shared.has(properties) || shared.has(resource))
    return;
  const own = ownPair(properties, 'Tags')?.value;
  if (own === undefined && lookup(properties, 'Tags') !== undefined) return;
  const { version } = about.stamp;
  if (form === 'map') tagInMap(edits, shared, properties, own, version);
  else tagInList(edits, shared, properties, own, version);
}

function tagInMap(
  edits: Edits,
  shared: ReadonlySet<Node>,
  properties: MapNode,
  own: Node | undefined,
  version: string,
): void {
  if (own !== undefined && intrinsicOf(own) !== undefined) return;
  upsert(edits, shared, properties, 'Tags', map([ARTIFACT_TAG, version]));
}

function tagInList(
  edits: Edits,
  shared: ReadonlySet<Node>,
  properties: MapNode,
  own: Node | undefined,
  version: string,
): void {
  const tag = map(['Key', ARTIFACT_TAG], ['Value', version]);
  if (own === undefined) {
    edits.addPair(properties, 'Tags', list(tag));
    return;
  }
  if (own.kind !== 'seq' || own.tag !== undefined || shared.has(own)) return;
  const before = own.items.find(
    (item) => item.kind === 'map' && textOf(lookup(item, 'Key')) === ARTIFACT_TAG,
  );
  if (before?.kind === 'map') upsert(edits, shared, before, 'Value', version);
  else edits.addItem(own, tag);
}
