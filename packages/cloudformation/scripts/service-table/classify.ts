import type { ServiceRow, ServiceShape } from '../../src/table/service-row.js';
import type { Candidate } from './candidates.js';

export interface LeftOut {
  readonly type: string;
  readonly path: string;
  readonly reason: string;
}

export interface ServiceTable {
  readonly rows: readonly ServiceRow[];
  readonly leftOut: readonly LeftOut[];
}

/** Decisions that people made after reading what the service says. Paths may end in `.**` for all that is below. */
export interface Reviewed {
  readonly excluded: readonly { readonly type: string; readonly path: string; readonly reason: string }[];
  readonly decided: readonly ServiceRow[];
}

const BUCKET = /^(S3)?Bucket(Name|ARN|Arn)?$/;
const KEY = /^(S3)?(Object)?Key$|^FileKey$/;
const VERSION = /^(S3)?(Object)?Version(Id)?$/;

/** Words of a path that say that the service writes there. */
const WRITTEN = new Set(
  'output outputs destination destinations log logs logging report reports reporting export exporting error errors backup delivery recording result results rejected dead exception temp intermediate inventory cache captured steps'.split(
    ' ',
  ),
);
const PREFIX = /\bprefix(es)?\b|\bfolders?\b|\bdirector(y|ies)\b/i;
const LOCATION_NAME = /(ur[il]|s3location|s3path|scriptlocation|package|path)$/i;
const ARCHIVE = new Set('zip zipped jar code package plugin bundle skill artifact'.split(' '));
/** The target of a link in the specification's Markdown. */
const LINK = /\]\([^)]*\)/g;
const ENDING = /\( ?`?(\.[a-z.]+)`? suffix\)/;

/** The reasons that rules give. People's reasons stand with their decisions. */
export const REASONS = {
  output: 'the service writes there',
  prefix: 'names a prefix or a bucket, not one object',
  more: 'has required properties beside bucket and key',
  noKey: 'has no key of one object',
} as const;

/**
 * Decides on every candidate. Pure.
 *
 * An object counts when it has exactly one property for the bucket and one for the key, and no other that is required:
 * a path alone can then stand for all of it. Text counts when its name says that it is a location and nothing says that it is a
 * prefix. What the service writes to never counts. What people decided wins over rules, and a decision on
 * what the specification does not have is an error, so that none outlives its property.
 *
 * @param known says which properties another table has already
 */
export function classify(
  candidates: readonly Candidate[],
  reviewed: Reviewed,
  known: (type: string, path: string) => boolean,
): ServiceTable {
  const rows: ServiceRow[] = [...reviewed.decided];
  const leftOut: LeftOut[] = [];
  const used = new Set<object>();
  for (const candidate of candidates) {
    const { type } = candidate;
    const path = candidate.path.join('.');
    if (known(type, path) || isPartOfObject(candidate, candidates)) continue;
    if (reviewed.decided.some((row) => row.type === type && row.path === path)) continue;
    const exclusion = reviewed.excluded.find((it) => covers(it, type, path));
    if (exclusion !== undefined) {
      used.add(exclusion);
      leftOut.push({ type, path, reason: exclusion.reason });
      continue;
    }
    const decision = decide(candidate);
    if (decision === undefined) continue;
    if (typeof decision === 'string') leftOut.push({ type, path, reason: decision });
    else rows.push({ type, path, shape: decision, packing: packingOf(candidate) });
  }
  const idle = reviewed.excluded.filter((it) => !used.has(it));
  if (idle.length > 0) {
    const names = idle.map(({ type, path }) => `${type} ${path}`).join(', ');
    throw new Error(`reviewed exclusions of what the specification does not have: ${names}`);
  }
  return { rows: rows.toSorted(byPlace), leftOut: leftOut.toSorted(byPlace) };
}

/** A directory is taken where the specification talks of an archive or of code, unless it wants a file of one kind. */
function packingOf({ path, documentation }: Candidate): ServiceRow['packing'] {
  if (ENDING.test(documentation)) return 'file';
  const words = wordsOf(`${path.slice(-2).join(' ')} ${documentation.replace(LINK, ']')}`);
  return words.some((word) => ARCHIVE.has(word)) ? 'any' : 'file';
}

function writes(text: string): boolean {
  return wordsOf(text).some((word) => WRITTEN.has(word));
}

/** `OutputS3Uri` → `output`, `s3`, `uri`. */
function wordsOf(text: string): string[] {
  return text
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function decide(candidate: Candidate): ServiceShape | string | undefined {
  const path = candidate.path.join('.');
  return candidate.properties === undefined ? decideText(candidate, path) : decideObject(candidate, path);
}

function decideObject({ properties = [], documentation }: Candidate, path: string): ServiceShape | string {
  if (writes(path)) return REASONS.output;
  const named = (pattern: RegExp): string[] =>
    properties.map(({ name }) => name).filter((name) => pattern.test(name));
  const [bucket, secondBucket] = named(BUCKET);
  const [key, secondKey] = named(KEY);
  const [version] = named(VERSION);
  if (bucket === undefined || key === undefined || secondBucket !== undefined || secondKey !== undefined) {
    return writes(documentation) ? REASONS.output : REASONS.noKey;
  }
  const parts = new Set([bucket, key, version]);
  if (properties.some(({ name, required }) => required && !parts.has(name))) return REASONS.more;
  return {
    form: 'object',
    bucket,
    key,
    ...(version === undefined ? {} : { version }),
    ...(/arn$/i.test(bucket) ? { bucketArn: true } : {}),
  };
}

function decideText({ documentation }: Candidate, path: string): ServiceShape | string | undefined {
  const name = path.replace(/(\.\*)+$/, '').replace(/^.*\./, '');
  if (!LOCATION_NAME.test(name)) return undefined;
  if (writes(path)) return REASONS.output;
  if (PREFIX.test(documentation)) return REASONS.prefix;
  const text = documentation.replace(LINK, ']');
  const form = text.includes('https://') && !/s3:\/\//i.test(text) ? 'url' : 'uri';
  const ending = ENDING.exec(documentation)?.[1];
  return ending === undefined ? { form } : { form, endings: [ending] };
}

/** True for the bucket, key and the like of an object that is a candidate itself. */
function isPartOfObject({ type, path, properties }: Candidate, candidates: readonly Candidate[]): boolean {
  if (properties !== undefined) return false;
  const parent = path.slice(0, -1).join('.');
  return candidates.some(
    (other) => other.properties !== undefined && other.type === type && other.path.join('.') === parent,
  );
}

function covers(rule: { type: string; path: string }, type: string, path: string): boolean {
  if (rule.type !== type) return false;
  if (rule.path.endsWith('**')) return path.startsWith(rule.path.slice(0, -2));
  return rule.path === path;
}

function byPlace(a: { type: string; path: string }, b: { type: string; path: string }): number {
  return `${a.type} ${a.path}` < `${b.type} ${b.path}` ? -1 : 1;
}
