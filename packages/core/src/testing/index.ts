export { catalogContract } from './catalog-contract.js';
export { contentStorageContract } from './content-storage-contract.js';
export type { ContractBody, ContractCase, EngineHarness, OpenedEngine } from './contract.js';
export * from './history/index.js';
