import type { Json, JsonMap } from '../assembly/types.js';

const BUCKET = /unpublished-bucket-([0-9a-f]{32})(\/\*)?/;

/**
 * Leaves the bucket itself out of a statement that allows its objects.
 *
 * The CDK lets whoever may read an asset read and list the whole bucket, which here holds everybody's artifacts. What is allowed
 * for the objects is confined where the bucket's name is filled in.
 */
export function confineStatement(statement: JsonMap): JsonMap {
  const resources = statement['Resource'];
  if (!Array.isArray(resources) || statement['Effect'] === undefined) return statement;
  const objects = new Set(
    resources.flatMap((resource) => {
      const match = bucketOf(resource);
      return match?.[2] === undefined ? [] : [match[1]];
    }),
  );
  const kept = resources.filter((resource) => {
    const match = bucketOf(resource);
    return match === null || match[2] !== undefined || !objects.has(match[1]);
  });
  return kept.length === resources.length ? statement : { ...statement, Resource: kept };
}

function bucketOf(resource: Json): RegExpExecArray | null {
  return BUCKET.exec(JSON.stringify(resource));
}
