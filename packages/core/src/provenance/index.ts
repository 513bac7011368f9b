export { findProvenance, type ProvenanceOptions } from './find-provenance.js';
