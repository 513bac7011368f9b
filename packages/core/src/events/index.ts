export * from './records.js';
export type * from './progress.js';
