import type { ArtifactStore } from '@holdfast/core';

/** What settling needs of a store. */
export type SettlingStore = Pick<
  ArtifactStore,
  'identity' | 'consumer' | 'settle' | 'bindPins' | 'listConsumers' | 'describe' | 'listRepositories'
> &
  // A store of replicas has no other stores, and settles no functions.
  Partial<Pick<ArtifactStore, 'otherStores' | 'noteStores' | 'versionsOfContent'>>;
