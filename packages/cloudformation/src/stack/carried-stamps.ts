import { readFile } from 'node:fs/promises';
import { parseArn, type Version } from '@holdfast/core';
import { liesIn } from '../evidence/stack-arn.js';
import { MAX_TEMPLATE_LENGTH, readTemplate } from '../source/template-source.js';
import type { PlannedUse } from './plan-template.js';
import { referencesOf, type TemplateReference } from './read-references.js';
import type { PackagingStore } from './store.js';

/**
 * What a template names that is deployed as it is: a nested template by its ARN, that of a stack set or of a product. Services fetch
 * templates by URL, so whatever is used by URL and can be read as a template counts.
 *
 * Whoever deploys it later, with whatever permissions and in whatever account, finds what it names for as long as the stack around it uses
 * it. Stamps for other stores are left out: this one cannot keep them. Throws when a version's bytes cannot be read.
 */
export async function carriedStamps(
  store: PackagingStore,
  item: PlannedUse,
  version: Version,
): Promise<TemplateReference[]> {
  if (item.use.shape.form !== 'url' || item.child !== undefined || version.size > MAX_TEMPLATE_LENGTH)
    return [];
  const text = await readText(store, item, version);
  if (text === undefined) return [];
  const read = readTemplate(text, item.path ?? version.arn);
  if ('problems' in read) return [];
  return referencesOf(read.source).filter(({ version: arn }) => liesIn(parseArn(arn), store.identity));
}

/** The text; undefined for bytes that are none. */
async function readText(
  store: PackagingStore,
  { path, found }: PlannedUse,
  version: Version,
): Promise<string | undefined> {
  if (path !== undefined && found !== 'file') return undefined;
  const bytes = path === undefined ? await readVersion(store, version) : await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function readVersion(store: PackagingStore, { arn }: Version): Promise<Buffer> {
  const { stream } = await store.open(arn);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
