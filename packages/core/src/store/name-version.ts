import {
  checkArtifactId,
  checkBookmarkName,
  checkRepositoryName,
  formatArn,
  isDigest,
  looksLikeHoldfastArn,
  parseArn,
  parseVersionNumber,
  quote,
  type ArtifactArn,
  type BookmarkArn,
  type ContentArn,
  type RepositoryArn,
  type StoreIdentity,
  type VersionArn,
} from '../arn/index.js';
import { HoldfastError } from '../errors.js';

/** What can lead to a version. */
export type VersionName = ArtifactArn | VersionArn | ContentArn | BookmarkArn;

/**
 * Parses an ARN of the store, or a short form of one: `id`, `id:3`, `id:bookmark`, `sha256:…`.
 *
 * Throws `invalid-input` for anything else, for a repository's ARN, and for an ARN of another account or region.
 */
export function parseVersionName(text: string, identity: StoreIdentity, repository: string): VersionName {
  if (!text.startsWith('arn:') && !looksLikeHoldfastArn(text))
    return parseShortForm(text, identity, repository);
  const arn = parseArn(text);
  checkOwner(arn, identity, text);
  if (arn.type === 'repository') {
    throw new HoldfastError(
      'invalid-input',
      `${quote(text)} names a repository, not an artifact or a version`,
    );
  }
  return arn;
}

function checkOwner(arn: VersionName | RepositoryArn, identity: StoreIdentity, text: string): void {
  for (const part of ['partition', 'region', 'account'] as const) {
    if (arn[part] === identity[part]) continue;
    throw new HoldfastError(
      'invalid-input',
      `${quote(text)} is of ${part} ${quote(arn[part])}, this store is of ${part} ${quote(identity[part])}`,
      { hint: 'Name the store that it belongs to with --store.' },
    );
  }
}

function parseShortForm(text: string, identity: StoreIdentity, repositoryName: string): VersionName {
  const repository = checkRepositoryName(repositoryName);
  if (isDigest(text)) return { type: 'content', ...identity, repository, digest: text };
  const colon = text.lastIndexOf(':');
  const id = checkArtifactId(colon < 0 ? text : text.slice(0, colon));
  if (colon < 0) return { type: 'artifact', ...identity, repository, id };
  const last = text.slice(colon + 1);
  return /^[0-9]/.test(last)
    ? { type: 'version', ...identity, repository, id, number: parseVersionNumber(last) }
    : { type: 'bookmark', ...identity, repository, id, name: checkBookmarkName(last) };
}

/** The name as a person reads it: an ARN. */
export function describeName(name: VersionName): string {
  return formatArn(name);
}
