import type { ArtifactStore } from '@holdfast/core';

/** What settling needs of a store. */
export type SettlingStore = Pick<
  ArtifactStore,
  'identity' | 'consumer' | 'settle' | 'bindPins' | 'listConsumers' | 'describe' | 'listRepositories'
> &
  Partial<Pick<ArtifactStore, 'otherStores' | 'noteStores'>>;
