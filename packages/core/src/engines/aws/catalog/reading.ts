import type { Digest } from '../../../arn/index.js';
import type { ArtifactRecord, VersionKey, VersionRecord } from '../../../model.js';
import type { FoundVersion, Page, VersionOfContent } from '../../../ports/index.js';
import type { Context } from './context.js';
import { expr } from './expressions.js';
import type { VersionFacts } from './hints.js';
import {
  copyOf,
  factsOf,
  versionRecord,
  type ArtifactItem,
  type ContentItem,
  type VersionItem,
} from './items.js';
import {
  artifactKey,
  artifactsOf,
  contentKey,
  contentsOf,
  namedKey,
  namesOf,
  numbersOf,
  padded,
  versionKey,
  versionsOf,
  type Key,
} from './keys.js';
import { requireRepository } from './repositories.js';

/** How many pairs of items are read at one instant. */
const PAIRS_AT_ONCE = 50;
/** Up to how many have their contents read with them: they take the room that is left, and no request of their own. */
const WITH_CONTENTS = 33;
/** How many of an artifact's newest versions are looked at at once for one that is live. */
const NEWEST_AT_ONCE = 20;

export async function findVersionItem(context: Context, key: VersionKey): Promise<VersionItem | undefined> {
  return seenVersion(context, await context.table.get<VersionItem>(versionKey(key)));
}

function seenVersion({ hints, ticks }: Context, item: VersionItem | undefined): VersionItem | undefined {
  if (item !== undefined) hints.sawVersion(factsOf(item));
  ticks.observe(item);
  return item;
}

export async function getVersion(context: Context, key: VersionKey): Promise<VersionRecord | undefined> {
  const item = seenVersion(context, await context.table.getTogether<VersionItem>(versionKey(key)));
  return item && versionRecord(item);
}

/** For each, the artifact's live version of the content; all that is asked for 50 is one request. */
export async function findVersions(
  context: Context,
  wanted: readonly VersionOfContent[],
): Promise<(FoundVersion | undefined)[]> {
  const found: (FoundVersion | undefined)[] = [];
  for (let i = 0; i < wanted.length; i += PAIRS_AT_ONCE) {
    found.push(...(await findSome(context, wanted.slice(i, i + PAIRS_AT_ONCE))));
  }
  return found;
}

async function findSome(
  { table, hints, ticks }: Context,
  wanted: readonly VersionOfContent[],
): Promise<(FoundVersion | undefined)[]> {
  const keysOf = ({ repository, id, digest }: VersionOfContent): Key[] => [
    namedKey(repository, digest, id),
    artifactKey(repository, id),
    ...(wanted.length > WITH_CONTENTS ? [] : [contentKey(repository, digest)]),
  ];
  const text = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);
  const keys = [...new Map(wanted.flatMap(keysOf).map((key) => [text(key), key])).values()];
  // At one instant: a version deleted between the look at its name and at its artifact would seem to be live.
  const items = new Map((await table.snapshot(keys)).map((item, i) => [text(keys[i]!), item]));
  return wanted.map((one) => {
    const [name, key, stored] = keysOf(one).map((each) => items.get(text(each)));
    const artifact = key as ArtifactItem | undefined;
    const content = stored as ContentItem | undefined;
    ticks.observe(artifact);
    hints.sawNumber(one.repository, one.id, artifact?.last ?? 0);
    const facts = name as VersionFacts | undefined;
    if (facts === undefined || artifact?.condemned?.has(facts.number) === true) return undefined;
    hints.sawVersion(factsOf(facts));
    const version = versionRecord({ ...facts, state: 'live' });
    if (content?.state === 'stored') return { ...version, copy: copyOf(content) };
    const { newest } = artifact ?? {};
    if (newest?.number !== facts.number || newest.copy === undefined) return version;
    return { ...version, copy: { repository: one.repository, digest: one.digest, ...newest.copy } };
  });
}

export async function latestVersion(
  context: Context,
  repository: string,
  id: string,
): Promise<VersionRecord | undefined> {
  const range = context.table.range<VersionItem>(versionsOf(repository), {
    ...{ prefix: numbersOf(id), backwards: true, page: NEWEST_AT_ONCE },
    filter: expr`#state = ${'live'}`,
  });
  for await (const item of range) {
    context.hints.sawVersion(factsOf(item));
    return versionRecord(item);
  }
  return undefined;
}

export async function versionsOfContent(
  context: Context,
  repository: string,
  digest: Digest,
  condemnedToo: boolean,
): Promise<VersionRecord[]> {
  const keys: Key[] = [];
  const range = context.table.range<VersionFacts>(contentsOf(repository), { prefix: namesOf(digest) });
  for await (const facts of range) keys.push(versionKey(facts));
  const items = (await context.table.batchGet<VersionItem>(keys)).filter(
    (item) => item?.state === 'live' || (condemnedToo && item?.state === 'condemned'),
  );
  return items
    .map((item) => item!)
    .toSorted(liveAndNewestFirst)
    .map(versionRecord);
}

function liveAndNewestFirst(a: VersionItem, b: VersionItem): number {
  if (a.state !== b.state) return a.state === 'live' ? -1 : 1;
  if (a.publishedAt === b.publishedAt) return b.born - a.born;
  return a.publishedAt < b.publishedAt ? 1 : -1;
}

export async function listVersions(
  context: Context,
  repository: string,
  id: string,
  page: Page<number>,
): Promise<VersionRecord[]> {
  const range = context.table.range<VersionItem>(versionsOf(repository), {
    ...{ prefix: numbersOf(id), after: numbersOf(id) + padded(page.after ?? 0) },
    filter: expr`#state <> ${'deleted'}`,
  });
  const records: VersionRecord[] = [];
  for await (const item of range) {
    if (records.push(versionRecord(item)) === page.limit) return records;
  }
  if (records.length === 0) await requireRepository(context, repository);
  return records;
}

export async function listArtifacts(
  context: Context,
  repository: string,
  prefix: string | undefined,
  page: Page<string>,
): Promise<ArtifactRecord[]> {
  const range = context.table.range<ArtifactItem>(artifactsOf(repository), {
    ...(prefix === undefined ? {} : { prefix }),
    ...(page.after === undefined ? {} : { after: page.after }),
    filter: expr`#kept > ${0}`,
  });
  const records: ArtifactRecord[] = [];
  for await (const item of range) {
    if (prefix !== undefined && item.id !== prefix && !item.id.startsWith(`${prefix}/`)) continue;
    if (records.push(await artifactRecord(context, item)) === page.limit) return records;
  }
  if (records.length === 0) await requireRepository(context, repository);
  return records;
}

/** The last that was published is nearly always live; when it is not, the versions are asked. */
async function artifactRecord(context: Context, item: ArtifactItem): Promise<ArtifactRecord> {
  const { repository, id, latest, live, condemned } = item;
  if (live === 0) return { repository, id, versions: 0 };
  const sure = latest !== undefined && condemned?.has(latest) !== true;
  const number = sure ? latest : (await latestVersion(context, repository, id))?.number;
  return { repository, id, ...(number === undefined ? {} : { latest: number }), versions: live };
}
