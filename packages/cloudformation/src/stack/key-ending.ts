import type { Version } from '@holdfast/core';
import type { ArtifactUse } from '../plan/types.js';
import { endingsOf } from '../table/shapes.js';

/** What the media type of a version says of the endings that services ask for. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.tar.gz': 'application/gzip',
  '.txt': 'text/plain',
  '.yaml': 'text/yaml',
  '.zip': 'application/zip',
};

/**
 * What the key must end in where the version is read for this use; undefined where any key will do. Of several endings the one that the
 * local file has, else the one that fits the version's media type, else the first. Pure.
 */
export function keyEndingOf(
  { shape, value }: Pick<ArtifactUse, 'shape' | 'value'>,
  { mediaType }: Pick<Version, 'mediaType'>,
): string | undefined {
  const endings = endingsOf(shape);
  const written = value.kind === 'path' ? value.path : '';
  return (
    endings.find((ending) => written.endsWith(ending)) ??
    endings.find((ending) => MEDIA_TYPES[ending] === mediaType) ??
    endings[0]
  );
}
