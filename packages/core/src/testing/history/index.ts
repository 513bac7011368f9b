export type { Answer, Command, Use } from './commands.js';
export { emptyModel, step, type Model } from './model.js';
export { observeModel } from './observe-model.js';
export { replay } from './replay.js';
export { NAMES, SteppedClock, type Scene } from './scene.js';
