export * from './arn/index.js';
export * from './errors.js';
export * from './events/index.js';
export * from './model.js';
export * from './ports/index.js';
export * from './provenance/index.js';
export * from './store/types.js';
export { ArtifactStore, openStore, type InRepository } from './store/artifact-store.js';
export type { OpenVersion } from './store/reading.js';
