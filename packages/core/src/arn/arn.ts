import { HoldfastError } from '../errors.js';
import {
  checkArtifactId,
  checkBookmarkName,
  checkDigest,
  checkRepositoryName,
  parseVersionNumber,
  quote,
  type Digest,
} from './names.js';

/** The part of an ARN that says whose it is. */
export interface StoreIdentity {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

export interface RepositoryArn extends StoreIdentity {
  readonly type: 'repository';
  readonly repository: string;
}
export interface ArtifactArn extends StoreIdentity {
  readonly type: 'artifact';
  readonly repository: string;
  readonly id: string;
}
export interface VersionArn extends StoreIdentity {
  readonly type: 'version';
  readonly repository: string;
  readonly id: string;
  readonly number: number;
}
export interface ContentArn extends StoreIdentity {
  readonly type: 'content';
  readonly repository: string;
  readonly digest: Digest;
}
export interface BookmarkArn extends StoreIdentity {
  readonly type: 'bookmark';
  readonly repository: string;
  readonly id: string;
  readonly name: string;
}

/** A parsed Holdfast ARN of any of the five types. */
export type HoldfastArn = RepositoryArn | ArtifactArn | VersionArn | ContentArn | BookmarkArn;

const PREFIX = /^arn:[^:]*:holdfast:/;
const PARTITION = /^aws(-[a-z]+)*$/;
const REGION = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const ACCOUNT = /^[0-9]{12}$/;
const EXAMPLE = 'arn:aws:holdfast:eu-west-1:123456789012:version/default/payments/api:3';

/** True when the text claims to be a Holdfast ARN; it may still be malformed. */
export function looksLikeHoldfastArn(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Parses an ARN; the exact inverse of {@link formatArn}.
 *
 * Throws `invalid-input` naming the offending part.
 */
export function parseArn(text: string): HoldfastArn {
  const [arn, partition, service, region, account, ...tail] = text.split(':');
  const refuse = (part: string, value: string | undefined): never => {
    throw new HoldfastError(
      'invalid-input',
      `ARN ${quote(text)} is not valid: ${part} ${quote(value ?? '')} is wrong`,
      {
        hint: `A Holdfast ARN looks like ${EXAMPLE}.`,
      },
    );
  };
  if (arn !== 'arn') refuse('the beginning', arn);
  if (service !== 'holdfast') refuse('service', service);
  if (partition === undefined || partition.length > 16 || !PARTITION.test(partition))
    return refuse('partition', partition);
  if (region === undefined || region.length > 25 || !REGION.test(region)) return refuse('region', region);
  if (account === undefined || !ACCOUNT.test(account)) return refuse('account', account);

  const resource = tail.join(':');
  const slash = resource.indexOf('/');
  if (slash < 0) return refuse('resource', resource);
  const type = resource.slice(0, slash);
  const path = resource.slice(slash + 1);
  const identity = { partition, region, account };
  try {
    return parseResource(identity, type, path) ?? refuse('type', type);
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.message.startsWith('ARN ')) throw error;
    throw new HoldfastError('invalid-input', `ARN ${quote(text)} is not valid: ${error.message}`, {
      hint: `A Holdfast ARN looks like ${EXAMPLE}.`,
    });
  }
}

function parseResource(identity: StoreIdentity, type: string, path: string): HoldfastArn | undefined {
  if (type === 'repository') return { type, ...identity, repository: checkRepositoryName(path) };
  const slash = path.indexOf('/');
  const repository = checkRepositoryName(slash < 0 ? path : path.slice(0, slash));
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  switch (type) {
    case 'artifact':
      return { type, ...identity, repository, id: checkArtifactId(rest) };
    case 'version': {
      const [id, number] = splitLast(rest);
      return { type, ...identity, repository, id: checkArtifactId(id), number: parseVersionNumber(number) };
    }
    case 'content':
      return { type, ...identity, repository, digest: checkDigest(rest) };
    case 'bookmark': {
      const [id, name] = splitLast(rest);
      return { type, ...identity, repository, id: checkArtifactId(id), name: checkBookmarkName(name) };
    }
    default:
      return undefined;
  }
}

function splitLast(text: string): [string, string] {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Formats a parsed ARN; the exact inverse of {@link parseArn}. Throws `invalid-input` when a part is not valid. */
export function formatArn(arn: HoldfastArn): string {
  const text = `arn:${arn.partition}:holdfast:${arn.region}:${arn.account}:${arn.type}/${arn.repository}${restOf(arn)}`;
  const parsed = parseArn(text);
  // A part that holds a separator could read back as another, valid ARN.
  for (const [part, read] of Object.entries(parsed)) {
    const value: unknown = arn[part as keyof HoldfastArn];
    if (value === read) continue;
    throw new HoldfastError(
      'invalid-input',
      `ARN ${quote(text)} is not valid: ${part} ${quote(value)} is wrong`,
    );
  }
  return text;
}

function restOf(arn: HoldfastArn): string {
  switch (arn.type) {
    case 'repository':
      return '';
    case 'artifact':
      return `/${arn.id}`;
    case 'version':
      return `/${arn.id}:${arn.number}`;
    case 'content':
      return `/${arn.digest}`;
    case 'bookmark':
      return `/${arn.id}:${arn.name}`;
  }
}
