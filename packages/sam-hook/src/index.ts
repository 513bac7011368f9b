export { argumentsFor } from './deploy.js';
export { readArguments, type GivenOption, type SamArguments } from './arguments.js';
export { currentSamHost, type SamHost } from './host.js';
export { runHoldfastSam } from './command-line.js';
export { SAM_OPTIONS, type OptionKind, type ArgumentsOf, type SamCommand } from './sam-options.js';
export { readSamConfig, type FindConfigOptions, type SamConfig } from './samconfig.js';
