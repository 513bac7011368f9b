import { createHash } from 'node:crypto';

/*
 * What stands in a template until its artifacts are published: synthesis is offline and synchronous, and where a content lies
 * is the store's to say. A placeholder is plain text without any function, so that constructs may put it into URLs, ARNs and
 * scripts, and names one artifact, so that each place can be filled by itself. The bucket's is a valid bucket name.
 */

/** What of an artifact a placeholder stands for. */
export type PlaceholderKind = 'bucket' | 'key' | 'object-version' | 'version-arn';

const TOKEN_LENGTH = 32;
const PLACEHOLDER = /unpublished-(bucket|key|object-version|version-arn)-([0-9a-f]{32})/g;

/** Stands for a bucket alone, where a template of the CDK's own does not say which asset is meant. */
export const ANY_ASSET = '0'.repeat(TOKEN_LENGTH);
/** The value of a tag that {@link HoldfastTags} puts on a resource, until it is known which version the resource uses. */
export const TAG_PLACEHOLDER = 'unpublished-version-of-this-resource';
/** Where the stack's template lies, until it is published: in a bucket whose name nobody can give to one. */
export const TEMPLATE_PLACEHOLDER = 's3://-/not-published';
/** What a key of a template's `Metadata` begins with that says which ARN a token stands for. */
export const USE_METADATA = 'Holdfast:Use:';

/** The token of an asset, by the hash that the CDK knows it by; or of a published artifact, by its ARN. */
export function tokenOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, TOKEN_LENGTH);
}

export function placeholder(kind: PlaceholderKind, token: string): string {
  return `unpublished-${kind}-${token}`;
}

/** The placeholders in a text, in their order. */
export function placeholdersIn(text: string): { readonly kind: PlaceholderKind; readonly token: string }[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, kind, token]) => ({
    kind: kind as PlaceholderKind,
    token: token!,
  }));
}

/** The text with every placeholder replaced. */
export function replacePlaceholders(
  text: string,
  replace: (kind: PlaceholderKind, token: string) => string,
): string {
  return text.replaceAll(PLACEHOLDER, (_, kind: PlaceholderKind, token: string) => replace(kind, token));
}
