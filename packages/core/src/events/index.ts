export * from './records.js';
export * from './progress.js';
