import {
  openCloudFormation,
  openObjects,
  toArtifactId,
  type CloudFormationApi,
  type ObjectReader,
} from '@holdfast/cloudformation';
import { mapBounded, type ArtifactStore, type Version } from '@holdfast/core';
import type { OpenedStore } from '../publish/stores.js';
import { findLive, type StagedVerdict } from './find-live.js';
import { readStacks } from './read-stacks.js';

export interface ImportOptions extends OpenedStore {
  /** That of the CDK's bootstrap when absent. */
  readonly bucket?: string;
  readonly repository?: string;
  /** Takes what is live into the repository; otherwise it is only told. */
  readonly apply: boolean;
}

export interface ImportedObject extends StagedVerdict {
  /** The version that it became, with `apply`. */
  readonly version?: string;
}

export interface ImportReport {
  readonly bucket: string;
  readonly objects: readonly ImportedObject[];
  /** Stacks that could not be read: nothing is called dead then. */
  readonly undecided: readonly string[];
}

/** How many objects are taken over at once. */
const AT_ONCE = 4;

/**
 * Says of every object in a bootstrap bucket whether a stack uses it, or a change set that waits for approval, and takes those into the
 * repository. Nothing in the bucket is changed: the stacks go on with what they have.
 */
export async function importStaging(options: ImportOptions): Promise<ImportReport> {
  const { place } = options;
  const bucket = options.bucket ?? `cdk-hnb659fds-assets-${place.account}-${place.region}`;
  const api = await openCloudFormation({ region: place.region });
  const objects = await openObjects({ region: place.region });
  try {
    return await inspect(options, bucket, api, objects);
  } finally {
    api.close();
    objects.close();
  }
}

async function inspect(
  { store, repository = 'default', apply }: ImportOptions,
  bucket: string,
  api: CloudFormationApi,
  objects: ObjectReader,
): Promise<ImportReport> {
  const staged: { key: string }[] = [];
  for await (const key of objects.list(bucket, '')) staged.push({ key });
  const evidence = await readStacks(api);
  const verdicts = findLive(staged, evidence);
  const versions = new Map<string, Version>();
  if (apply) {
    const live = verdicts.filter(({ verdict }) => verdict === 'live');
    await mapBounded(live, AT_ONCE, async ({ key }) => {
      versions.set(key, await takeOver(store, objects, bucket, key, repository));
    });
  }
  return {
    bucket,
    objects: verdicts.map((verdict) => {
      const version = versions.get(verdict.key)?.arn;
      return version === undefined ? verdict : { ...verdict, version };
    }),
    undecided: evidence.doubts.map(({ message }) => message),
  };
}

async function takeOver(
  store: Pick<ArtifactStore, 'publish'>,
  objects: ObjectReader,
  bucket: string,
  key: string,
  repository: string,
): Promise<Version> {
  const { stream } = await objects.open({ bucket, key });
  const { version } = await store.publish({
    id: toArtifactId(`${bucket}/${key}`),
    repository,
    source: { kind: 'stream', stream },
    ...(key.endsWith('.zip') ? { mediaType: 'application/zip' } : {}),
    provenance: { tool: 'holdfast-cdk import-staging' },
  });
  return version;
}
