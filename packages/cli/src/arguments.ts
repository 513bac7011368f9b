import { InvalidArgumentError } from 'commander';
import { loadCore } from './lazy-modules.js';
import { UsageError } from './usage-error.js';

/** Collects `--label key=value` options into one map. */
export function collectLabel(
  text: string,
  labels: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write a label as key=value.');
  const key = text.slice(0, at);
  if (Object.hasOwn(labels, key)) throw new InvalidArgumentError(`The label "${key}" is given twice.`);
  return Object.fromEntries([...Object.entries(labels), [key, text.slice(at + 1)]]);
}

/** Parses a whole number from 0. */
export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

/** An artifact as an argument names it. */
export interface ArtifactName {
  readonly id: string;
  readonly repository?: string;
}

/**
 * The artifact that the text names: an artifact ARN or a bare ID. Undefined for text that may name something else, such
 * as a version. Throws `invalid-input` for a malformed ARN.
 */
export function artifactNamed(text: string): ArtifactName | undefined {
  const { looksLikeHoldfastArn, parseArn } = loadCore();
  if (!looksLikeHoldfastArn(text)) return text.includes(':') ? undefined : { id: text };
  const arn = parseArn(text);
  return arn.type === 'artifact' ? { id: arn.id, repository: arn.repository } : undefined;
}

/** Like {@link artifactNamed}, for arguments that can be nothing else. */
export function requireArtifact(text: string): ArtifactName {
  const name = artifactNamed(text);
  if (name !== undefined) return name;
  throw new UsageError(
    `"${text}" does not name an artifact`,
    'Give an ID such as payments/api, or an artifact ARN.',
  );
}

/** Refuses text that would name another version tomorrow: what is taken away must be named by its number. */
export function requireVersion(text: string): string {
  const { isDigest, looksLikeHoldfastArn, parseArn } = loadCore();
  const definite = looksLikeHoldfastArn(text)
    ? parseArn(text).type === 'version'
    : !isDigest(text) && /^[^:]+:[0-9]+$/.test(text);
  if (definite) return text;
  throw new UsageError(
    `"${text}" does not name one version`,
    'Give a number, such as payments/api:3, or a version ARN; holdfast show lists them.',
  );
}
