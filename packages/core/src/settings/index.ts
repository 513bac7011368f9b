export type { FileConfiguration } from './configuration.js';
export { parseDuration } from './duration.js';
export { currentMachine, type Machine } from './machine.js';
export { decideSettings, storeOptionsOf, type GivenSettings, type Settings } from './settings.js';
