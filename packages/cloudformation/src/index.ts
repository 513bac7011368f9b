export * from './problems.js';
export type { ArtifactPlan, ArtifactUse, ArtifactValue } from './plan/types.js';
export type { ObjectShape, Packing, Shape } from './table/shapes.js';
