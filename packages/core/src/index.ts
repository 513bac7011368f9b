export * from './arn/index.js';
export * from './errors.js';
export * from './events/index.js';
export type * from './model.js';
export type * from './ports/index.js';
export * from './provenance/index.js';
export type * from './store/types.js';
export { ArtifactStore, openStore, type InRepository } from './store/artifact-store.js';
export type { OpenVersion } from './store/reading.js';
