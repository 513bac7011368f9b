import { Readable } from 'node:stream';
import { checkArtifactId, checkRepositoryName } from '../arn/index.js';
import type { ArtifactRecord, BookmarkRecord, Version, VersionRecord } from '../model.js';
import { actorOf, bookmarkArn, versionArn, withArn, type StoreContext } from './context.js';
import { pagesOf } from './pages.js';
import type { Prepared } from './prepare.js';
import { publishPrepared } from './publish.js';
import { openContent } from './reading.js';
import type { PublishResult } from './types.js';

export interface CopyOptions {
  /** All when absent. */
  readonly repository?: string;
  /** Only artifacts at or below it. */
  readonly prefix?: string;
}

export interface CopyReport {
  readonly artifacts: number;
  /** Versions that the target got, and those that were condemned there and are live again. */
  readonly copied: number;
  /** Versions that the target had already. */
  readonly existing: number;
  /** Bytes that moved. */
  readonly bytes: number;
  /** Versions that have another number in the target, by their ARNs. */
  readonly renumbered: readonly { readonly from: string; readonly to: string }[];
  /** ARNs of versions that were not copied, because they are condemned. */
  readonly condemned: readonly string[];
  /** Bookmarks that were set in the target. */
  readonly bookmarks: number;
  /** Bookmarks of the target that stand elsewhere than the copied one, and were left: the ARN, and both numbers in the target. */
  readonly bookmarksLeft: readonly {
    readonly arn: string;
    readonly number: number;
    readonly wanted: number;
  }[];
}

/** How many artifacts are copied side by side: one version of each at a time, so that numbers keep their order. */
const ARTIFACTS_AT_ONCE = 25;

/** What a report is collected in. */
interface Tally {
  artifacts: number;
  copied: number;
  existing: number;
  bytes: number;
  bookmarks: number;
  readonly renumbered: { from: string; to: string }[];
  readonly condemned: string[];
  readonly bookmarksLeft: { arn: string; number: number; wanted: number }[];
}

/** Copies the live versions and the bookmarks of one store to another; see {@link ArtifactStore.copyFrom}. */
export async function copyStore(
  from: StoreContext,
  to: StoreContext,
  { repository, prefix }: CopyOptions,
): Promise<CopyReport> {
  if (prefix !== undefined) checkArtifactId(prefix);
  const { catalog } = from.engine;
  const repositories =
    repository === undefined
      ? (await catalog.listRepositories()).map(({ name }) => name)
      : [checkRepositoryName(repository)];
  const tally: Tally = {
    ...{ artifacts: 0, copied: 0, existing: 0, bytes: 0, bookmarks: 0 },
    ...{ renumbered: [], condemned: [], bookmarksLeft: [] },
  };
  for (const name of repositories) {
    const artifacts = pagesOf(
      (page) => catalog.listArtifacts(name, prefix, page),
      ({ id }: ArtifactRecord) => id,
    );
    // Only what has something to copy comes into being.
    for await (const group of groupsOf(artifacts)) {
      if (name !== 'default') await to.engine.catalog.createRepository(name, actorOf(to));
      await copyArtifacts(from, to, group, tally);
    }
  }
  return tally;
}

async function* groupsOf(artifacts: AsyncIterable<ArtifactRecord>): AsyncGenerator<ArtifactRecord[]> {
  let group: ArtifactRecord[] = [];
  for await (const artifact of artifacts) {
    group.push(artifact);
    if (group.length < ARTIFACTS_AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Copies artifacts in rounds: the first version of each, then the second of each, and so on. */
async function copyArtifacts(
  from: StoreContext,
  to: StoreContext,
  artifacts: readonly ArtifactRecord[],
  tally: Tally,
): Promise<void> {
  tally.artifacts += artifacts.length;
  const numbers = new Map<string, number>();
  const last = new Map<string, number>();
  let open = artifacts.map((artifact) => liveVersions(from, artifact, tally));
  while (open.length > 0) {
    const next = await Promise.all(open.map((versions) => versions.next()));
    open = open.filter((_, i) => next[i]!.done !== true);
    const round = next.flatMap(({ value }) => value ?? []);
    await Promise.all(round.map((version) => reserveGap(to, version, last)));
    const results = await publishPrepared(
      to,
      round.map((version) => preparedOf(from, version)),
    );
    for (const [i, version] of round.entries()) {
      count(tally, version, results[i]!);
      numbers.set(version.arn, results[i]!.version.number);
    }
  }
  for (const artifact of artifacts) await copyBookmarks(from, to, artifact, numbers, tally);
}

/** Where numbers are missing in the source they are left out in the target, so that later ones are the same. */
async function reserveGap(
  to: StoreContext,
  { repository, id, number }: VersionRecord,
  last: Map<string, number>,
): Promise<void> {
  const gap = number > (last.get(id) ?? 0) + 1;
  last.set(id, number);
  if (gap) await to.engine.catalog.reserveNumbers(repository, id, number - 1);
}

/** An artifact's live versions in order of their number; those that are condemned are told. */
async function* liveVersions(
  { engine, identity }: StoreContext,
  { repository, id }: ArtifactRecord,
  tally: Tally,
): AsyncGenerator<Version, undefined> {
  const records = pagesOf(
    (page) => engine.catalog.listVersions(repository, id, page),
    ({ number }: VersionRecord) => number,
  );
  for await (const record of records) {
    const version = withArn(identity, record);
    if (version.state === 'live') yield version;
    else tally.condemned.push(version.arn);
  }
  return undefined;
}

/** The version with all that it carries; its bytes are read when the target asks for them, and are verified on the way. */
function preparedOf(from: StoreContext, version: Version): Prepared {
  const { repository, id, digest, size, treeDigest, mediaType, labels, provenance } = version;
  return {
    input: { id, source: { kind: 'digest', digest }, mediaType, labels, provenance },
    ...{ repository, digest, size },
    ...(treeDigest === undefined ? {} : { treeDigest }),
    source: { size, open: () => Readable.from(bytesOf(from, version), { objectMode: false }) },
    copied: { from: version.arn, actor: { by: version.publishedBy, at: version.publishedAt } },
  };
}

async function* bytesOf(from: StoreContext, version: Version): AsyncGenerator<Uint8Array> {
  yield* await openContent(from, version);
}

function count(tally: Tally, version: Version, { version: copy, outcome, uploaded }: PublishResult): void {
  if (outcome === 'existing') tally.existing += 1;
  else tally.copied += 1;
  if (uploaded) tally.bytes += version.size;
  if (copy.number !== version.number) tally.renumbered.push({ from: version.arn, to: copy.arn });
}

/** Sets the bookmarks that the target lacks. One that stands elsewhere stays: somebody may have moved it on purpose. */
async function copyBookmarks(
  from: StoreContext,
  to: StoreContext,
  { repository, id }: ArtifactRecord,
  numbers: ReadonlyMap<string, number>,
  tally: Tally,
): Promise<void> {
  const bookmarks = await from.engine.catalog.listBookmarks(repository, id);
  for (const bookmark of bookmarks) {
    const wanted = numbers.get(versionArn(from.identity, bookmark));
    // Its version came into being after the versions were listed; the next copy brings both.
    if (wanted === undefined) continue;
    const left = await setUnlessThere(to, bookmark, wanted);
    if (left === undefined) tally.bookmarks += 1;
    else if (left !== wanted) {
      tally.bookmarksLeft.push({ arn: bookmarkArn(to.identity, bookmark), number: left, wanted });
    }
  }
}

/** The number that the bookmark stands on already; undefined when it was set. */
async function setUnlessThere(
  to: StoreContext,
  { repository, id, name }: BookmarkRecord,
  wanted: number,
): Promise<number | undefined> {
  const result = await to.engine.catalog.moveBookmark({
    ...actorOf(to),
    ...{ repository, id, name, to: wanted, expected: null },
  });
  return result.outcome === 'conflict' ? (result.current ?? undefined) : undefined;
}
