export { openStacks, type StackApi } from './client.js';
export {
  ensureBootstrapped,
  findStore,
  type BootstrapOptions,
  type BootstrapResult,
  type StoreResources,
} from './ensure-bootstrapped.js';
export { bootstrapTemplate, EVENT_BUS_NAME, STACK_NAME, TABLE_NAME } from './template.js';
