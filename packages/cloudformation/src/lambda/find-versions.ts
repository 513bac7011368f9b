import type { Digest, ReferenceRecord, Version } from '@holdfast/core';
import type { FindingStore } from './store.js';

/** Finds versions by their digest; every digest is looked up once. */
export type VersionFinder = (digest: Digest) => Promise<readonly Version[]>;

/**
 * The versions of a digest in all repositories of the store, newest first in each and condemned ones last: settling what runs one
 * restores it. Throws when the store gives no answer.
 */
export function versionFinder(store: FindingStore): VersionFinder {
  const found = new Map<Digest, Promise<readonly Version[]>>();
  let repositories: Promise<readonly string[]> | undefined;
  const search = async (digest: Digest): Promise<readonly Version[]> => {
    repositories ??= store.listRepositories().then((list) => list.map(({ name }) => name));
    const versions: Version[] = [];
    for (const repository of await repositories) {
      versions.push(...(await store.versionsOfContent(digest, { repository, condemnedToo: true })));
    }
    return versions;
  };
  return (digest) => {
    const known = found.get(digest) ?? search(digest);
    found.set(digest, known);
    return known;
  };
}

/** Whether two records name one version. */
export function sameVersion(
  a: ReferenceRecord['version'],
  b: Pick<Version, 'repository' | 'id' | 'number'>,
): boolean {
  return a.repository === b.repository && a.id === b.id && a.number === b.number;
}
