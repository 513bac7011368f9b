import type { ArtifactUse } from '@holdfast/cloudformation';
import { MAX_ARTIFACT_ID_LENGTH } from '@holdfast/core';

/** The ID that packaging gives to what a resource is about. */
export async function artifactId(prefix: string, logicalId: string): Promise<string> {
  const id = `${prefix}/${logicalId}`;
  // What is valid already needs none of the rules, and these take a while to load.
  if (
    id.length <= MAX_ARTIFACT_ID_LENGTH &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(id)
  )
    return id;
  const { artifactIdOf } = await import('@holdfast/cloudformation');
  return artifactIdOf({ main: true, logicalId } as ArtifactUse, prefix);
}
