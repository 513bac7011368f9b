import { checkDigest } from '../../../arn/index.js';
import type { FoundVersion, KnownTree } from '../../../ports/index.js';
import type { Context } from './context.js';
import { factsOf, versionRecord, type ArtifactItem, type TreeItem } from './items.js';
import { artifactKey, shapeKey, treeKey } from './keys.js';

/**
 * The artifacts' newest versions where they are of these trees, and what the last version of each other tree was packed to. All of it is one
 * request for fifty trees. Of more the artifacts are read first, and then only trees that no artifact has; none where most were asked for
 * and nothing is known of any: then the others are new, too, or are packed in vain.
 */
export async function findTrees(
  context: Context,
  repository: string,
  treeDigests: readonly string[],
  ids: readonly string[] = [],
): Promise<(KnownTree | undefined)[]> {
  const { table } = context;
  const artifacts = newestVersions(context, repository, ids);
  const fitting = treeDigests.slice(0, table.roomTogether);
  const trees = Promise.all(fitting.map((tree) => table.getTogether<TreeItem>(treeKey(repository, tree))));
  const [newest, first] = await Promise.all([artifacts, trees]);
  const isNewest = (tree: string, i: number): boolean => newest[i]?.treeDigest === tree;
  const most = fitting.length * 2 > treeDigests.length;
  const allNew = most && [...newest, ...first].every((known) => known === undefined);
  const left = treeDigests.filter((tree, i) => i >= fitting.length && !isNewest(tree, i) && !allNew);
  const late = await table.batchGet<TreeItem>(left.map((tree) => treeKey(repository, tree)));
  const packed = new Map([
    ...fitting.map((tree, i) => [tree, first[i]] as const),
    ...left.map((tree, i) => [tree, late[i]] as const),
  ]);
  return treeDigests.map((tree, i): KnownTree | undefined => {
    const version = newest[i];
    if (version !== undefined && isNewest(tree, i))
      return { digest: version.digest, size: version.size, version };
    const known = packed.get(tree);
    return known && { digest: checkDigest(known.digest), size: known.size };
  });
}

/** Whether a version was ever of a tree of that shape; read together with what else is asked for in the same turn. */
export async function hasShape({ table }: Context, repository: string, shape: string): Promise<boolean> {
  return (await table.getTogether(shapeKey(repository, shape))) !== undefined;
}

/** What was published last to each artifact, where that is live; read together with what else is asked for in the same turn. */
export function newestVersions(
  context: Context,
  repository: string,
  ids: readonly string[],
): Promise<(FoundVersion | undefined)[]> {
  return Promise.all(
    ids.map(async (id) => {
      const artifact = await context.table.getTogether<ArtifactItem>(artifactKey(repository, id));
      return newestOf(context, repository, id, artifact);
    }),
  );
}

/** What the artifact says of itself is of one instant. */
function newestOf(
  { hints, ticks }: Context,
  repository: string,
  id: string,
  artifact: ArtifactItem | undefined,
): FoundVersion | undefined {
  ticks.observe(artifact);
  hints.sawNumber(repository, id, artifact?.last ?? 0);
  const { newest, latest, condemned } = artifact ?? {};
  if (newest === undefined || newest.number !== latest || condemned?.has(latest) === true) return undefined;
  hints.sawVersion(factsOf(newest));
  const version = versionRecord({ ...newest, state: 'live' });
  const { digest, copy } = newest;
  return copy === undefined ? version : { ...version, copy: { repository, digest, ...copy } };
}
