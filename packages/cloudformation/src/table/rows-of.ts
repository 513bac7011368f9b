import { ARTIFACT_TABLE, type ArtifactRow } from './artifact-table.js';
import { SERVICE_TABLE } from './service-table.js';

const byType = Map.groupBy([...ARTIFACT_TABLE, ...SERVICE_TABLE], ({ type }) => type);

/** The rows of a resource type, of both tables. */
export function rowsOf(type: string): readonly ArtifactRow[] {
  return byType.get(type) ?? [];
}
