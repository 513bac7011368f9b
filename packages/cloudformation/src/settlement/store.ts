import type { ArtifactStore } from '@holdfast/core';

/** What settling needs of a store. */
export type SettlingStore = Pick<
  ArtifactStore,
  'identity' | 'consumer' | 'settle' | 'bindPins' | 'listConsumers' | 'describe' | 'listRepositories'
> &
  /** Absent where functions are not settled, as in the replicas of another region. */
  Partial<Pick<ArtifactStore, 'versionsOfContent'>>;
