export { ACTION_RULES, type ActionRule, type Permission } from './actions.js';
export { checkPolicy, readPolicy } from './check.js';
export * from './compile.js';
export type { RequestContext } from './conditions.js';
export { evaluatePolicy, type AccessRequest, type Caller, type Decision } from './evaluate.js';
export * from './merge.js';
export type * from './model.js';
export { parsePolicy } from './parse.js';
export { parseSharePrincipal, withShare, type SharePrincipal } from './share.js';
