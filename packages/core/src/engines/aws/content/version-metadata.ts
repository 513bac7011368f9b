import type { NotedVersion } from '../../../ports/index.js';

/** The name of an object's metadata that says what version it was uploaded for. */
export const VERSION_METADATA = 'holdfast-version';

/**
 * S3 takes 2 KB of metadata in all, names included; the rest is for what else Holdfast says.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const LONGEST = 1_700;

/** A version as the text of a header: JSON in ASCII, without what the key and the object say. Undefined when it is too long. */
export function versionAsMetadata({
  kind: _,
  digest: __,
  size: ___,
  ...version
}: NotedVersion): string | undefined {
  const text = JSON.stringify(version).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > LONGEST ? undefined : text;
}

/** The inverse. Undefined for what is no such text: then the object says nothing. */
export function versionOfMetadata(
  text: string | undefined,
  { digest, size }: Pick<NotedVersion, 'digest' | 'size'>,
): NotedVersion | undefined {
  if (text === undefined) return undefined;
  try {
    const version = JSON.parse(text) as Partial<NotedVersion> | null;
    const whole = typeof version?.id === 'string' && Number.isSafeInteger(version.number);
    return whole ? { ...(version as NotedVersion), kind: 'version', digest, size } : undefined;
  } catch {
    return undefined;
  }
}
