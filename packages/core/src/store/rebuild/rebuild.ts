import { checkRepositoryName, formatArn, quote, type Digest } from '../../arn/index.js';
import { HoldfastError } from '../../errors.js';
import type { Journal, JournalEntry, NotedVersion } from '../../ports/index.js';
import { actorOf, bookmarkArn, versionArn, type StoreContext } from '../context.js';
import { sortClaims, type ArtifactClaims } from './claims.js';
import { holdArtifact } from './guard.js';
import { recordRound, type Wanted } from './record-round.js';

export interface RebuildReport {
  readonly repositories: readonly string[];
  /** Versions that are back. */
  readonly restored: number;
  /** Versions that the catalog had. */
  readonly existing: number;
  /** Bookmarks that are back. */
  readonly bookmarks: number;
  /** ARNs of versions whose content is not there any more. Their numbers stay taken. */
  readonly lost: readonly string[];
  /** ARNs of versions that did not come back, since their number is another content's, or two contents claim it. */
  readonly unclear: readonly string[];
  /** ARNs of contents that are there and that no version came back for. */
  readonly unknown: readonly string[];
  /** ARNs of bookmarks that did not come back, because their version did not, or because they stand elsewhere already. */
  readonly bookmarksLeft: readonly string[];
}

/** What a report is collected in. */
export interface Tally {
  restored: number;
  existing: number;
  bookmarks: number;
  readonly lost: string[];
  readonly unclear: string[];
  readonly unknown: string[];
  readonly bookmarksLeft: string[];
}

/** How many artifacts are brought back side by side: one version of each at a time, so that numbers keep their order. */
const ARTIFACTS_AT_ONCE = 25;

/** Brings back what the catalog lost; see {@link ArtifactStore.rebuild}. */
export async function rebuildCatalog(
  context: StoreContext,
  repository: string | undefined,
): Promise<RebuildReport> {
  const { journal, url } = context.engine;
  if (journal === undefined) {
    throw new HoldfastError(
      'unsupported',
      `the store ${quote(url)} keeps no journal that its catalog could be rebuilt from`,
    );
  }
  const repositories =
    repository === undefined ? await journal.repositories() : [checkRepositoryName(repository)];
  const tally: Tally = {
    ...{ restored: 0, existing: 0, bookmarks: 0, lost: [], unclear: [], unknown: [], bookmarksLeft: [] },
  };
  for (const name of repositories) await rebuildRepository(context, journal, name, tally);
  return { repositories, ...tally };
}

async function rebuildRepository(
  context: StoreContext,
  journal: Journal,
  repository: string,
  tally: Tally,
): Promise<void> {
  const { catalog, content } = context.engine;
  if ((await catalog.getRepository(repository)) === undefined) {
    await catalog.createRepository(repository, actorOf(context));
  }
  const entries: JournalEntry[] = [];
  for await (const entry of journal.read(repository)) entries.push(entry);
  const generations = new Map<Digest, number>();
  for await (const { digest, generation } of content.list(repository)) {
    generations.set(digest, Math.max(generation, generations.get(digest) ?? 0));
  }
  const artifacts = sortClaims(entries);
  for (let i = 0; i < artifacts.length; i += ARTIFACTS_AT_ONCE) {
    await rebuildArtifacts(
      context,
      repository,
      artifacts.slice(i, i + ARTIFACTS_AT_ONCE),
      generations,
      tally,
    );
  }
  for (const digest of generations.keys()) {
    if ((await catalog.getContent(repository, digest))?.state === 'stored') continue;
    tally.unknown.push(formatArn({ type: 'content', ...context.identity, repository, digest }));
  }
}

async function rebuildArtifacts(
  context: StoreContext,
  repository: string,
  artifacts: readonly ArtifactClaims[],
  generations: ReadonlyMap<Digest, number>,
  tally: Tally,
): Promise<void> {
  const arn = (version: NotedVersion): string => versionArn(context.identity, { repository, ...version });
  const back = new Map<string, number[]>(artifacts.map(({ id }) => [id, []]));
  const waiting = artifacts.map(({ versions }) =>
    versions.flatMap((version): Wanted[] => {
      const generation = generations.get(version.digest);
      if (generation === undefined) tally.lost.push(arn(version));
      return generation === undefined ? [] : [{ version, generation }];
    }),
  );
  for (let round = 0; waiting.some((list) => list.length > round); round += 1) {
    const wanted = waiting.flatMap((list) => list[round] ?? []);
    const outcomes = await recordRound(context, repository, wanted);
    for (const [i, { version }] of wanted.entries()) {
      const outcome = outcomes[i]!;
      if (outcome === 'unclear') tally.unclear.push(arn(version));
      else tally[outcome] += 1;
      if (outcome !== 'unclear') back.get(version.id)!.push(version.number);
    }
  }
  for (const artifact of artifacts) {
    tally.unclear.push(...artifact.unclear.map(arn));
    const numbers = back.get(artifact.id)!;
    await holdArtifact(context, repository, artifact.id, numbers);
    await context.engine.catalog.reserveNumbers(repository, artifact.id, artifact.last);
    await restoreBookmarks(context, repository, artifact, new Set(numbers), tally);
  }
}

/** Sets the bookmarks that are not there. One that stands elsewhere was moved since. */
async function restoreBookmarks(
  context: StoreContext,
  repository: string,
  { id, bookmarks }: ArtifactClaims,
  back: ReadonlySet<number>,
  tally: Tally,
): Promise<void> {
  for (const { name, number, at, by } of bookmarks) {
    const move = { repository, id, name, to: number, expected: null, at, by };
    const result = back.has(number) ? await context.engine.catalog.moveBookmark(move) : undefined;
    if (result?.outcome === 'moved') tally.bookmarks += 1;
    else if (result?.outcome !== 'conflict' || result.current !== number) {
      tally.bookmarksLeft.push(bookmarkArn(context.identity, { repository, id, name }));
    }
  }
}
