import type { Readable } from 'node:stream';
import {
  isHoldfastError,
  type Digest,
  type Provenance,
  type PublishResult,
  type Version,
} from '@holdfast/core';
import { doubtOf } from '../evidence/read-evidence.js';
import type { Doubt } from '../evidence/types.js';
import { versionFinder } from '../lambda/find-versions.js';
import type { AdoptContext, AdoptStore } from './types.js';

/** Characters of a label's value. */
const MAX_LABEL = 256;

/** A code that lies somewhere outside of the store. */
export interface FoundCode {
  /** An ARN or an `s3://` URL. */
  readonly from: string;
  /** The artifact that it becomes a version of. */
  readonly id: string;
  /** Where it is known before the bytes are read. */
  readonly digest?: Digest;
  readonly provenance?: Provenance;
  open(): Promise<OpenedCode>;
}

/** The bytes of a code, and what comes to be known with them. */
export interface OpenedCode {
  readonly stream: Readable;
  readonly provenance?: Provenance;
  /** A zip's when absent. */
  readonly mediaType?: string;
  /** More exactly where it lies, such as with its version. */
  readonly from?: string;
}

export interface AdoptedCode {
  readonly from: string;
  readonly version: Version;
  /** `existing`: the repository has the content as this version already, and nothing was moved. */
  readonly outcome: 'adopted' | 'existing';
}

/**
 * Publishes a code, unless the repository has its content: then its newest version stands for it. With an ID that was asked for, the
 * version is that artifact's.
 */
export async function adoptCode(context: AdoptContext, code: FoundCode): Promise<AdoptedCode> {
  const { store, repository } = context;
  const { from, id, digest } = code;
  const scope = repository === undefined ? {} : { repository };
  if (digest !== undefined && context.id === undefined) {
    const [version] = await store.versionsOfContent(digest, scope);
    if (version !== undefined) return { from, version, outcome: 'existing' };
  }
  const about = (opened: Partial<OpenedCode>) => ({
    ...scope,
    id,
    labels: { 'adopted-from': (opened.from ?? from).slice(0, MAX_LABEL) },
    provenance: { ...code.provenance, ...opened.provenance, tool: context.tool },
    mediaType: opened.mediaType ?? 'application/zip',
  });
  const stored = digest === undefined ? undefined : await publishStored(store, { ...about({}), digest });
  if (stored !== undefined) return adoptedAs(from, stored);
  const opened = await code.open();
  return adoptedAs(
    from,
    await store.publish({ ...about(opened), source: { kind: 'stream', stream: opened.stream } }),
  );
}

function adoptedAs(from: string, { version, outcome }: PublishResult): AdoptedCode {
  return { from, version, outcome: outcome === 'existing' ? 'existing' : 'adopted' };
}

/** Without moving bytes, where the repository has them. */
async function publishStored(
  store: AdoptStore,
  { digest, ...about }: Omit<Parameters<AdoptStore['publish']>[0], 'source'> & { readonly digest: Digest },
) {
  try {
    return await store.publish({ ...about, source: { kind: 'digest', digest } });
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Adopts one after the other. What fails is told, and does not stop the others. */
export async function adoptCodes(
  context: AdoptContext,
  codes: AsyncIterable<FoundCode> | Iterable<FoundCode>,
): Promise<{ readonly adopted: AdoptedCode[]; readonly failures: Doubt[] }> {
  const adopted: AdoptedCode[] = [];
  const failures: Doubt[] = [];
  for await (const code of codes) {
    try {
      const item = await adoptCode(context, code);
      adopted.push(item);
      context.onAdopted?.(item);
    } catch (error) {
      failures.push(doubtOf(error, `adopt ${code.from}`));
    }
  }
  return { adopted, failures };
}

/** A finder that knows what has been adopted since. */
export function freshFinder(context: AdoptContext) {
  return versionFinder(context.store);
}
