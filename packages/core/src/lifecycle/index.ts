export { artifactsIn } from './artifacts.js';
export { checkLifecycle } from './check.js';
export { describeCause, describeCriteria, describeDecision } from './describe.js';
export { evaluateArtifact, type Decision, type KeepCause, type Lapse } from './evaluate.js';
