import { checkDigest } from '../../../arn/index.js';
import type { VersionRecord } from '../../../model.js';
import type { KnownTree } from '../../../ports/index.js';
import type { Context } from './context.js';
import { factsOf, versionRecord, type ArtifactItem, type TreeItem } from './items.js';
import { artifactKey, treeKey } from './keys.js';

/**
 * What the last version of each tree was packed to, and the artifacts' newest versions where they are of that tree: both with one look,
 * for fifty trees in one request.
 */
export async function findTrees(
  context: Context,
  repository: string,
  treeDigests: readonly string[],
  ids: readonly string[] = [],
): Promise<(KnownTree | undefined)[]> {
  const keys = [
    ...treeDigests.map((tree) => treeKey(repository, tree)),
    ...ids.map((id) => artifactKey(repository, id)),
  ];
  const found = await context.table.batchGet<object>(keys);
  return treeDigests.map((treeDigest, i): KnownTree | undefined => {
    const tree = found[i] as TreeItem | undefined;
    const id = ids[i];
    const artifact = found[treeDigests.length + i] as ArtifactItem | undefined;
    const version = id === undefined ? undefined : newestOf(context, repository, id, artifact);
    if (version?.treeDigest === treeDigest) {
      return { digest: version.digest, size: version.size, version };
    }
    return tree && { digest: checkDigest(tree.digest), size: tree.size };
  });
}

/** The version that was published last, when it is live; what the artifact says of itself is of one instant. */
function newestOf(
  { hints, ticks }: Context,
  repository: string,
  id: string,
  artifact: ArtifactItem | undefined,
): VersionRecord | undefined {
  ticks.observe(artifact);
  hints.sawNumber(repository, id, artifact?.last ?? 0);
  const { newest, latest, condemned } = artifact ?? {};
  if (newest === undefined || newest.number !== latest || condemned?.has(latest) === true) return undefined;
  hints.sawVersion(factsOf(newest));
  return versionRecord({ ...newest, state: 'live' });
}
