import { createHash } from 'node:crypto';
import { MAX_ARTIFACT_ID_LENGTH } from '@holdfast/core';
import type { ArtifactUse } from '../plan/types.js';

/**
 * The artifact ID of a use: the one that the template asks for, else `<prefix>/<logical ID>`, with the property after it
 * where the resource has other artifacts too. Stable for a template, and always a valid ID.
 */
export function artifactIdOf(use: ArtifactUse, prefix: string): string {
  if (use.id !== undefined) return use.id;
  // Only the part below the main property tells the sides of an Fn::If apart.
  const property = use.main ? sideOf(use) : `.${use.property}`;
  return toArtifactId(`${prefix}/${use.logicalId}${asPath(property)}`);
}

/** What the artifact IDs of a nested template begin with. */
export function nestedPrefix(use: ArtifactUse, prefix: string): string {
  return toArtifactId(`${prefix}/${use.logicalId}${asPath(sideOf(use))}`);
}

/** The slot that a use of a nested template has in the template around it; the sides of an `Fn::If` are told apart behind it. */
export function nestedSlot(use: ArtifactUse, slot: string): string {
  const side = sideOf(use).slice(1);
  return `${use.logicalId}/${slot}${side === '' ? '' : ` (${side})`}`;
}

/** The sides of the `Fn::If`s that a use stands in, such as `.Fn::If.1`; empty for none. */
function sideOf({ property }: ArtifactUse): string {
  return /\.Fn::If\..*$/.exec(property)?.[0] ?? '';
}

function asPath(property: string): string {
  return property.replaceAll('.Fn::If.1', '/then').replaceAll('.Fn::If.2', '/else').replaceAll('.', '/');
}

/** The nearest valid artifact ID: wrong characters become `-`; what is too long is cut and told apart by a digest. */
export function toArtifactId(text: string): string {
  const segments = text
    .split('/')
    .map((segment) => segment.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, ''));
  const id = segments.filter((segment) => segment !== '').join('/');
  if (id.length > 0 && id.length <= MAX_ARTIFACT_ID_LENGTH) return id;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `${id.slice(0, MAX_ARTIFACT_ID_LENGTH - 13).replace(/[^A-Za-z0-9]+$/, '') || 'artifact'}-${digest}`;
}
