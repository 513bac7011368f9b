import type { Digest } from '../../arn/index.js';
import type { Instant } from '../../model.js';
import type { JournalEntry, NotedVersion } from '../../ports/index.js';

/** What was noted of one artifact, sorted out. */
export interface ArtifactClaims {
  readonly id: string;
  /** Versions to bring back, in order of their numbers; no two have one number or one content. */
  readonly versions: readonly NotedVersion[];
  /** Versions that cannot be brought back, because two contents say that they were uploaded for one number. */
  readonly unclear: readonly NotedVersion[];
  /** The highest number that was ever noted. */
  readonly last: number;
  /** Where each bookmark stood last; those deleted are left out. */
  readonly bookmarks: readonly {
    readonly name: string;
    readonly number: number;
    readonly at: Instant;
    readonly by: string;
  }[];
}

interface Notes {
  readonly noted: NotedVersion[];
  readonly said: NotedVersion[];
  readonly deleted: Set<number>;
  readonly bookmarks: Map<string, { number?: number; at: Instant; by: string }>;
}

/**
 * What each artifact had, from everything that was noted. Pure.
 *
 * What the journal says was in the catalog. What a content says of itself was a guess before its version was recorded: it counts where the
 * journal says nothing of that content or that number, and never when two contents make the same guess: then nobody knows, and a wrong
 * answer would put other bytes behind an ARN.
 */
export function sortClaims(entries: Iterable<JournalEntry>): ArtifactClaims[] {
  const artifacts = new Map<string, Notes>();
  for (const { line, source } of entries) {
    let notes = artifacts.get(line.id);
    if (notes === undefined) {
      notes = { noted: [], said: [], deleted: new Set(), bookmarks: new Map() };
      artifacts.set(line.id, notes);
    }
    if (line.kind === 'deleted') notes.deleted.add(line.number);
    else if (line.kind === 'version') (source === 'journal' ? notes.noted : notes.said).push(line);
    else rememberMove(notes, line);
  }
  return [...artifacts].map(([id, notes]) => sortArtifact(id, notes));
}

function rememberMove(
  { bookmarks }: Notes,
  { name, number, at, by }: { name: string; number?: number; at: Instant; by: string },
): void {
  const known = bookmarks.get(name);
  if (known !== undefined && known.at > at) return;
  bookmarks.set(name, { at, by, ...(number === undefined ? {} : { number }) });
}

function sortArtifact(id: string, { noted, said, deleted, bookmarks }: Notes): ArtifactClaims {
  const numbers = new Set(noted.map(({ number }) => number));
  const digests = new Set(noted.map(({ digest }) => digest));
  const guesses = said.filter(({ number, digest }) => !numbers.has(number) && !digests.has(digest));
  const byNumber = Map.groupBy(guesses, ({ number }) => number);
  const alone = [...byNumber.values()].filter((same) => new Set(same.map((one) => one.digest)).size === 1);
  const unclear = [...byNumber.values()].filter((same) => new Set(same.map((one) => one.digest)).size > 1);
  const kept = [...noted, ...alone.map(([one]) => one!)].filter(({ number }) => !deleted.has(number));
  return {
    id,
    versions: newestOfEachContent(kept),
    unclear: unclear.flat().filter(({ number }) => !deleted.has(number)),
    last: Math.max(0, ...deleted, ...[...noted, ...said].map(({ number }) => number)),
    bookmarks: [...bookmarks].flatMap(([name, { number, at, by }]) =>
      number === undefined ? [] : [{ name, number, at, by }],
    ),
  };
}

/** An artifact has one version of a content at a time: a later number says that the earlier version was gone. */
function newestOfEachContent(versions: readonly NotedVersion[]): NotedVersion[] {
  const newest = new Map<Digest, NotedVersion>();
  for (const version of versions) {
    if ((newest.get(version.digest)?.number ?? 0) < version.number) newest.set(version.digest, version);
  }
  return [...newest.values()].toSorted((a, b) => a.number - b.number);
}
