export * from './arn.js';
export * from './names.js';
