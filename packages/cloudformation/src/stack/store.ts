import type { ArtifactStore } from '@holdfast/core';

/** What packaging needs of a store. */
export type PackagingStore = Pick<
  ArtifactStore,
  'identity' | 'publishAll' | 'resolve' | 'open' | 'checkLocatable' | 'locate' | 'pin'
>;

/** What registering a stack needs of a store. */
export type RegisteringStore = Pick<ArtifactStore, 'identity' | 'consumer' | 'settle'>;
