import type { Digest } from '@holdfast/core';

const SHA256_BYTES = 32;

/**
 * The content digest that Lambda's `CodeSha256` says: for a zip it is the base64 of the SHA-256 of the very file.
 * Undefined for anything else, such as the empty text of an image.
 */
export function digestOfCodeSha256(codeSha256: string | undefined): Digest | undefined {
  if (codeSha256 === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(codeSha256)) return undefined;
  const bytes = Buffer.from(codeSha256, 'base64');
  return bytes.length === SHA256_BYTES ? `sha256:${bytes.toString('hex')}` : undefined;
}

/** The inverse of {@link digestOfCodeSha256}. */
export function codeSha256Of(digest: Digest): string {
  return Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
}
