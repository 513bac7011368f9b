export type * from './catalog.js';
export type * from './content-storage.js';
export type * from './engine.js';
export type * from './event-bus.js';
export type * from './lifecycle-catalog.js';
export type * from './own-buckets.js';
export type * from './policy-catalog.js';
export type * from './replica-engine.js';
