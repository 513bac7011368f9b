import {
  isHoldfastError,
  parseArn,
  type Digest,
  type ReferenceRecord,
  type VersionKey,
} from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import { findLocations, type FoundLocation } from '../evidence/find-locations.js';
import { liesIn } from '../evidence/stack-arn.js';
import type { Doubt, EvidenceText } from '../evidence/types.js';
import { bookmarkName } from '../stack/publish-uses.js';
import { readReferences } from '../stack/read-references.js';
import { stillAdopted } from './adopted.js';
import type { SettlingStore } from './store.js';
import { distinct, logicalIdOf, type Use } from './uses.js';

export interface FoundUses {
  readonly uses: readonly Use[];
  readonly doubts: readonly Doubt[];
}

/** Digests of versions; they never change. */
export type DigestCache = Map<string, Digest>;

/** ARNs of versions of other stores that were met: nothing protects them here. */
export type MetElsewhere = Set<string>;

/**
 * The versions that texts name: by stamp, by the object that one was adopted from, and by location where no stamp of the same resource says which version it is.
 *
 * A location names a content. It becomes the version that the stack holds already, else the newest live one.
 * A stamp for another store is none of this one's, and is told. Throws when the store gives no answer.
 */
export async function findUses(
  store: SettlingStore,
  texts: readonly EvidenceText[],
  held: readonly ReferenceRecord[],
  digests: DigestCache,
  elsewhere: MetElsewhere = new Set(),
): Promise<FoundUses> {
  const doubts: Doubt[] = [];
  const stamped: Use[] = [];
  const located: FoundLocation[] = [];
  const parameters = parametersOf(texts);
  for (const { source, kind, text } of texts) {
    located.push(...findLocations(text, parameters));
    if (kind === 'parameters') continue;
    try {
      stamped.push(
        ...readReferences(text, { file: source }).flatMap((stamp) => toUse(stamp, store, elsewhere) ?? []),
      );
    } catch (error) {
      doubts.push(doubtOf(error, `read the stamps of the ${source}`));
    }
  }
  const digestOf = async (key: VersionKey): Promise<Digest | undefined> => {
    const cacheKey = JSON.stringify([key.repository, key.id, key.number]);
    const known =
      digests.get(cacheKey) ??
      (await describeUnlessGone(store, `${key.id}:${key.number}`, key.repository))?.digest;
    if (known !== undefined) digests.set(cacheKey, known);
    return known;
  };
  const uses = [...stamped, ...stillAdopted(texts, held, parameters)];
  if (located.length > 0) {
    const wanted = new Set<string>(located.map(({ digest }) => digest));
    const withDigests = async (list: readonly Pick<ReferenceRecord, 'slot' | 'version'>[]) =>
      (await Promise.all(list.map(async (use) => ({ ...use, digest: await digestOf(use.version) })))).filter(
        ({ digest }) => digest !== undefined && wanted.has(digest),
      );
    const [byStamp, byHeld] = await Promise.all([withDigests(stamped), withDigests(held)]);
    for (const location of located) {
      const said = byStamp.some(
        ({ digest, slot }) => digest === location.digest && sameResource(slot, location.slot),
      );
      if (said) continue;
      const own = [...byStamp, ...byHeld].filter(({ digest }) => digest === location.digest);
      const versions = own.length > 0 ? own.map(({ version }) => version) : await newest(store, location);
      for (const version of versions) uses.push({ slot: location.slot, version });
    }
  }
  return { uses: distinct(uses), doubts };
}

/** Outside of resources, in mappings and parameters, a stamp of any resource speaks for the location. */
function sameResource(stampSlot: string, locationSlot: string): boolean {
  const section = logicalIdOf(locationSlot);
  return logicalIdOf(stampSlot) === section || ['Mappings', 'Parameters', 'Metadata'].includes(section);
}

async function newest(store: SettlingStore, { digest, repository }: FoundLocation): Promise<VersionKey[]> {
  const names = (await store.listRepositories()).map(({ name }) => name);
  const candidates = repository !== undefined && names.includes(repository) ? [repository] : names;
  const found: VersionKey[] = [];
  for (const name of candidates) {
    const version = await describeUnlessGone(store, digest, name);
    if (version !== undefined) found.push({ repository: name, id: version.id, number: version.number });
  }
  return found;
}

/** A version by its name; undefined when there is none. */
export async function describeUnlessGone(store: SettlingStore, name: string, repository: string) {
  try {
    return await store.describe(name, { repository });
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}

function toUse(
  stamp: { slot: string; version: string; bookmark?: string },
  { identity }: SettlingStore,
  elsewhere: MetElsewhere,
): Use | undefined {
  const arn = parseArn(stamp.version);
  if (arn.type !== 'version') return undefined;
  if (!liesIn(arn, identity)) {
    elsewhere.add(stamp.version);
    return undefined;
  }
  const { repository, id, number } = arn;
  const name = stamp.bookmark === undefined ? undefined : bookmarkName(stamp.bookmark);
  return {
    slot: stamp.slot,
    version: { repository, id, number },
    ...(name === undefined ? {} : { bookmark: name }),
  };
}

/** The values of all parameters that were read, for what templates put together from them. */
function parametersOf(texts: readonly EvidenceText[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { kind, text } of texts) {
    if (kind !== 'parameters') continue;
    const { Parameters } = JSON.parse(text) as { Parameters: Record<string, unknown> };
    for (const [name, value] of Object.entries(Parameters)) {
      // A parameter that names a value elsewhere has both: the name, and the value that it stood for.
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      if (typeof last === 'string') values.set(name, last);
    }
  }
  return values;
}
