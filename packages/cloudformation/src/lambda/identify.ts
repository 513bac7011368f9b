import type { ResolvedS3Object } from '@aws-sdk/client-lambda';
import type { ArtifactStore, Digest, ReferenceRecord, Usage, Version } from '@holdfast/core';
import { logicalIdOf } from '../settlement/uses.js';
import type { VersionFinder } from './find-versions.js';

/** A version that has a code's content. */
export interface IdentifiedVersion {
  readonly version: Version;
  /** Names of the bookmarks that stand on it now. */
  readonly bookmarks: readonly string[];
  /** The references of whoever runs the code; their `bookmark` is the one that the deployment came through. */
  readonly references: readonly ReferenceRecord[];
}

/** A code in use, and the versions that have its content. */
export interface IdentifiedCode {
  /** The function, layer version or stack. */
  readonly consumer: string;
  /** Such as `$LATEST.Code`, or `Api.Code` of a stack; empty for a content that was asked about by its digest. */
  readonly slot: string;
  /** A function's aliases that lead to it. */
  readonly aliases: readonly string[];
  /** Absent for an image, and where nobody could say. */
  readonly digest?: Digest;
  /** The object that Lambda reads it from, in the storage mode `REFERENCE`. */
  readonly resolved?: ResolvedS3Object;
  /** Those that were deployed there first, then by age, newest first. Empty: this store does not have the content. */
  readonly versions: readonly IdentifiedVersion[];
}

/** Whose references say through which version a code came. */
export interface Holder {
  readonly consumer: string;
  /** For a stack, the resource in it. */
  readonly logicalId?: string;
}

export type IdentifyStore = Pick<ArtifactStore, 'usage'>;

/** Finds the versions of a digest. Throws when the store gives no answer. */
export async function identify(
  store: IdentifyStore,
  finder: VersionFinder,
  digest: Digest | undefined,
  holders: readonly Holder[],
  slot?: string,
): Promise<IdentifiedVersion[]> {
  if (digest === undefined) return [];
  const found = await Promise.all(
    (await finder(digest)).map(async (version) => {
      const usage = await store.usage(version.arn);
      const references = usage.references.filter((it) => isHeld(it, holders, slot));
      return { version, bookmarks: namesOf(usage), references };
    }),
  );
  return found.toSorted((a, b) => Math.sign(b.references.length) - Math.sign(a.references.length));
}

function isHeld(reference: ReferenceRecord, holders: readonly Holder[], slot?: string): boolean {
  return holders.some(({ consumer, logicalId }) => {
    if (reference.consumer !== consumer) return false;
    return logicalId === undefined
      ? slot === undefined || reference.slot === slot
      : logicalIdOf(reference.slot) === logicalId;
  });
}

function namesOf({ bookmarks }: Usage): string[] {
  return bookmarks.map(({ name }) => name);
}
