import { createHash } from 'node:crypto';
import type { Digest } from '../../../arn/index.js';
import type { Instant, VersionKey } from '../../../model.js';

/**
 * Where every item of the catalog lies. `#` ends a part: no name of a repository, artifact or bookmark has one.
 *
 * | item | pk | sk |
 * |---|---|---|
 * | repository | `<repository>#repository` | `repository` |
 * | gate, one of eight | `<repository>#repository` | `gate#<n>` |
 * | lifecycle | `<repository>#repository` | `lifecycle` |
 * | resource policy | `<repository>#repository` | `policy` |
 * | content copy, its leases | `<repository>#contents` | `content#<digest>` |
 * | "this artifact has this content" | `<repository>#contents` | `named#<digest>#<id>` |
 * | removal that has begun | `<repository>#removals` | `<digest>#<generation>` |
 * | tree → content, a hint | `<repository>#trees` | `<tree digest>` |
 * | shape of a tree, a hint | `<repository>#trees` | `<shape>` |
 * | artifact: its numbers and counts | `<repository>#artifacts` | `<id>` |
 * | bookmark | `<repository>#versions` | `<id>#bookmark#<name>` |
 * | use of a version (reference or pin) | `<repository>#versions` | `<id>#use#<number>#<hash>` |
 * | version | `<repository>#versions` | `<id>#version#<number>` |
 * | move of a bookmark | `<repository>#moves` | `<id>#<name>#<revision>` |
 * | condemned version, by the end of its window | `<repository>#condemned` | `<instant>#<id>#<number>` |
 * | events of one transaction | `<repository>#outbox` | `<tick>#<random>` |
 * | repository in the list of all | `~repositories` | `<repository>` |
 * | consumer in the list of all | `~consumers` | `<arn>` |
 * | consumer: its revision | `~consumer#<arn>` | `consumer` |
 * | consumer: what it uses, in eight parts | `~consumer#<arn>` | `uses#<n>` |
 * | consumer: what its slots used before, in eight parts | `~former#<n>` | `<hash>#<n>` |
 * | events with their numbers | `~events` | `<last sequence>` |
 * | where the store lies, for other accounts | `~place` | `place` |
 * | store of another account or region that is used from here | `~stores` | `<url>` |
 * | repository that Access Grants may exist for | `~granted` | `<repository>` |
 * | region whose policies a repository's policy went into | `~regions` | `<repository>#<region>` |
 * | the last number given | `~sequence` | `sequence` |
 *
 * A policy confines a principal to one repository by `dynamodb:LeadingKeys` = `<repository>#*`. The partitions that begin
 * with `~`, which no repository's name does, are the exception: a consumer uses versions of several repositories, and
 * events get their numbers across all of them. Publishers need none of them; who pins and settles needs `~consumer*`,
 * `~former*` and `~stores`; who collects garbage reads `~former*`.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Numbers in keys have so many digits that text order is their order; no version number is longer. */
const DIGITS = 16;

export function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}

/** A short name for a text too long or too free for a key. */
export function hashOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** In how many items a thing is divided that many write at once. */
const PARTS = 8;

function partOf(hash: string): string {
  return String(parseInt(hash.slice(0, 4), 16) % PARTS);
}

export const REPOSITORIES = '~repositories';
export const CONSUMERS = '~consumers';
export const EVENTS = '~events';
export const STORES = '~stores';
export const REGIONS = '~regions';
export const GRANTED = '~granted';
export const SEQUENCE: Key = { pk: '~sequence', sk: 'sequence' };

export const lifecycleKey = (repository: string): Key => ({
  pk: `${repository}#repository`,
  sk: 'lifecycle',
});
export const policyKey = (repository: string): Key => ({ pk: `${repository}#repository`, sk: 'policy' });
export const repositoryKey = (name: string): Key => ({ pk: `${name}#repository`, sk: 'repository' });
export const listedRepositoryKey = (name: string): Key => ({ pk: REPOSITORIES, sk: name });

const gateKey = (name: string, part: string): Key => ({ pk: `${name}#repository`, sk: `gate#${part}` });
export const gateKeys = (name: string): Key[] =>
  Array.from({ length: PARTS }, (_, i) => gateKey(name, String(i)));
/** The gate that a content's leases go through. */
export const gateOf = (name: string, digest: Digest): Key => gateKey(name, partOf(hashOf(digest)));

export const contentsOf = (repository: string): string => `${repository}#contents`;
export const contentKey = (repository: string, digest: Digest): Key => ({
  pk: contentsOf(repository),
  sk: `content#${digest}`,
});
export const namesOf = (digest: Digest): string => `named#${digest}#`;
export const namedKey = (repository: string, digest: Digest, id: string): Key => ({
  pk: contentsOf(repository),
  sk: namesOf(digest) + id,
});
export const removalsOf = (repository: string): string => `${repository}#removals`;
export const removalKey = (repository: string, digest: Digest, generation: number): Key => ({
  pk: removalsOf(repository),
  sk: `${digest}#${generation}`,
});
const treesOf = (repository: string): string => `${repository}#trees`;
export const treeKey = (repository: string, treeDigest: string): Key => ({
  pk: treesOf(repository),
  sk: treeDigest,
});
export const shapeKey = (repository: string, shape: string): Key => ({ pk: treesOf(repository), sk: shape });

/** Of a tree's digest or of its shape: what is put there is a hint. */
export const isTreeKey = ({ pk }: Key): boolean => pk.endsWith('#trees');

export const artifactsOf = (repository: string): string => `${repository}#artifacts`;
export const artifactKey = (repository: string, id: string): Key => ({ pk: artifactsOf(repository), sk: id });

/**
 * The partition of what decides about versions, of all artifacts: read from end to end it costs a request for each megabyte, however many
 * artifacts there are. `#` comes before every character of an ID, so that what belongs to one artifact stands together.
 */
export const versionsOf = (repository: string): string => `${repository}#versions`;
/** What the sort keys of an artifact's items begin with. */
export const itemsOf = (id: string): string => `${id}#`;
export const numbersOf = (id: string): string => `${id}#version#`;
export const versionKey = ({ repository, id, number }: VersionKey): Key => ({
  pk: versionsOf(repository),
  sk: numbersOf(id) + padded(number),
});
export const usesOf = (id: string): string => `${id}#use#`;
export const usesOfVersion = ({ id, number }: VersionKey): string => `${usesOf(id)}${padded(number)}#`;
export const useKey = (version: VersionKey, hash: string): Key => ({
  pk: versionsOf(version.repository),
  sk: usesOfVersion(version) + hash,
});
export const bookmarksIn = (id: string): string => `${id}#bookmark#`;
export const bookmarkKey = (repository: string, id: string, name: string): Key => ({
  pk: versionsOf(repository),
  sk: bookmarksIn(id) + name,
});
export const movesIn = (repository: string): string => `${repository}#moves`;
export const movesOf = (id: string, name: string): string => `${id}#${name}#`;
export const moveKey = (repository: string, id: string, name: string, revision: number): Key => ({
  pk: movesIn(repository),
  sk: movesOf(id, name) + padded(revision),
});

export const condemnedIn = (repository: string): string => `${repository}#condemned`;
export const condemnedKey = ({ repository, id, number }: VersionKey, purgeAfter: Instant): Key => ({
  pk: condemnedIn(repository),
  sk: `${purgeAfter}#${id}#${padded(number)}`,
});

export const outboxOf = (repository: string): string => `${repository}#outbox`;

export const listedConsumerKey = (consumer: string): Key => ({ pk: CONSUMERS, sk: consumer });
export const consumerPartition = (consumer: string): string => `~consumer#${consumer}`;
export const consumerKey = (consumer: string): Key => ({ pk: consumerPartition(consumer), sk: 'consumer' });
/** The part of a consumer's uses that those of one version lie in. */
export const consumerUsesKey = (consumer: string, { repository, id, number }: VersionKey): Key => ({
  pk: consumerPartition(consumer),
  sk: `uses#${partOf(hashOf(repository, id, String(number)))}`,
});

/** The partitions that hold what slots used before, of all consumers. */
export const FORMER_PARTITIONS: readonly string[] = Array.from({ length: PARTS }, (_, i) => `~former#${i}`);
export const formerPartition = (consumer: string): string => `~former#${partOf(hashOf(consumer))}`;
/** What the sort keys of one consumer's former uses begin with. */
export const formerOf = (consumer: string): string => `${hashOf(consumer)}#`;
export const formerKey = (consumer: string, slot: string): Key => ({
  pk: formerPartition(consumer),
  sk: formerOf(consumer) + partOf(hashOf(slot)),
});
