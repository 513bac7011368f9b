import { HoldfastError } from '../errors.js';

/** The longest artifact ID, in characters: with it every version ARN fits the 256 characters of an AWS tag value. */
export const MAX_ARTIFACT_ID_LENGTH = 128;

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const REPOSITORY = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const BOOKMARK = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const KEY_ENDING = /^(?!\.g[0-9]+(\.|$))(\.[A-Za-z0-9][A-Za-z0-9_-]*)+$/;
/** A file's name behind the copy's own key: `/d41d8cd98f00b204e9800998ecf8427e.template`. */
const KEY_NAME = /^\/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)+$/;
const NUMBER = /^[1-9][0-9]{0,15}$/;

/** A content digest as it is written everywhere: `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

function refuse(what: string, value: unknown, rule: string): never {
  throw new HoldfastError('invalid-input', `${what} ${quote(value)} is not valid: ${rule}`);
}

/** What a terminal would obey instead of show: control, format and line-separating characters. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as it may stand in a message: quoted, control characters escaped, cut at 200 characters. */
export function quote(value: unknown): string {
  const plain = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const text = plain.replace(OBEYED, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…"` : text;
}

/** Returns the ID. Throws `invalid-input` naming the first segment that is wrong. */
export function checkArtifactId(id: string): string {
  if (id.length > MAX_ARTIFACT_ID_LENGTH) {
    refuse(
      'artifact ID',
      id,
      `it has ${id.length} characters, at most ${MAX_ARTIFACT_ID_LENGTH} are allowed`,
    );
  }
  for (const segment of id.split('/')) {
    if (!SEGMENT.test(segment)) {
      refuse(
        'artifact ID',
        id,
        `segment ${quote(segment)} must begin with a letter or digit and hold only letters, digits, ".", "_" and "-"`,
      );
    }
  }
  return id;
}

/** Returns the name. Throws `invalid-input`. */
export function checkRepositoryName(name: string): string {
  if (!REPOSITORY.test(name)) {
    refuse(
      'repository name',
      name,
      'use 1 to 32 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit',
    );
  }
  return name;
}

/** Returns the name. Throws `invalid-input`. A bookmark begins with a letter, so it never looks like a version number. */
export function checkBookmarkName(name: string): string {
  if (!BOOKMARK.test(name)) {
    refuse(
      'bookmark name',
      name,
      'use 1 to 64 of letters, digits, ".", "_" and "-", beginning with a letter',
    );
  }
  return name;
}

/**
 * Returns the ending of a key, such as `.env` or `.tar.gz`. Throws `invalid-input`. What could be a generation (`.g2`) is none, so that
 * every key says what it is.
 */
export function checkKeyEnding(ending: string): string {
  if (!KEY_ENDING.test(ending) || ending.length > 32) {
    refuse(
      'key ending',
      ending,
      'write a dot and letters, digits, "_" or "-", at most 32 characters in all, and not ".g" with a number',
    );
  }
  return ending;
}

/** Whether the ending is a slash and a file's name, for tools that make the end of the key themselves. Only a bucket has such keys. */
export function isKeyName(ending: string): boolean {
  return KEY_NAME.test(ending) && ending.length <= 64;
}

/** Returns what the key of a copy goes on with: an ending as {@link checkKeyEnding} takes it, or a name. Throws `invalid-input`. */
export function checkCopyEnding(ending: string): string {
  return isKeyName(ending) ? ending : checkKeyEnding(ending);
}

/** True when the text is a well-formed digest. */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** Returns the digest. Throws `invalid-input`. */
export function checkDigest(text: string): Digest {
  if (!isDigest(text)) {
    refuse('digest', text, 'write "sha256:" and 64 lower-case hexadecimal digits');
  }
  return text;
}

/** Parses a version number, 1 to 2^53 - 1. Throws `invalid-input`. */
export function parseVersionNumber(text: string): number {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) {
    refuse('version number', text, 'use a whole number from 1, without leading zeros');
  }
  return number;
}
