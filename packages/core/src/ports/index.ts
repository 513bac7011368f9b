export * from './catalog.js';
export * from './content-storage.js';
export * from './engine.js';
