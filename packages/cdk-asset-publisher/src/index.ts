export { Artifact, type ArtifactLocation } from './constructs/artifact.js';
export { HoldfastCode } from './constructs/holdfast-code.js';
export {
  HoldfastStorageMode,
  HoldfastSynthesizer,
  type HoldfastSynthesizerProps,
} from './constructs/holdfast-synthesizer.js';
export { HoldfastTags } from './constructs/holdfast-tags.js';
