import type { ArtifactStore } from '@holdfast/core';

/** What finding the versions of a code needs of a store. */
export type FindingStore = Pick<
  ArtifactStore,
  'identity' | 'listRepositories' | 'versionsOfContent' | 'consumer' | 'describe'
>;

/** What settling functions and layers needs of a store. */
export type FunctionStore = FindingStore & Pick<ArtifactStore, 'settle'>;
